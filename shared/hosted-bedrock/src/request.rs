//! A prompt in the types of Converse.

use aws_sdk_bedrockruntime::error::BuildError;
use aws_sdk_bedrockruntime::operation::converse::builders::ConverseFluentBuilder;
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ConversationRole, ImageBlock, ImageFormat, ImageSource, InferenceConfiguration,
    JsonSchemaDefinition, Message, OutputConfig, OutputFormat, OutputFormatStructure, OutputFormatType,
    SystemContentBlock,
};
use hosted::{Output, Part, Picture, Prompt};

/// Fills a call. The temperature is left out for models that have none.
pub(crate) fn fill(
    call: ConverseFluentBuilder,
    prompt: &Prompt,
    with_temperature: bool,
) -> Result<ConverseFluentBuilder, BuildError> {
    let blocks = prompt.parts.iter().map(block).collect::<Result<Vec<_>, _>>()?;
    let message = Message::builder().role(ConversationRole::User).set_content(Some(blocks)).build()?;
    let limits = InferenceConfiguration::builder()
        .max_tokens(i32::try_from(prompt.max_tokens).unwrap_or(i32::MAX))
        .set_temperature(with_temperature.then_some(prompt.temperature))
        .build();
    let mut call = call.messages(message).inference_config(limits);
    let system = match prompt.output {
        // Converse has no mode for JSON without a schema.
        Output::Json => format!("{}\nAnswer with one JSON value and nothing else.", prompt.system),
        _ => prompt.system.clone(),
    };
    if !system.is_empty() {
        call = call.system(SystemContentBlock::Text(system));
    }
    if let Output::Schema(schema) = &prompt.output {
        let definition = JsonSchemaDefinition::builder().name("answer").schema(schema.to_string()).build()?;
        let format = OutputFormat::builder()
            .r#type(OutputFormatType::JsonSchema)
            .structure(OutputFormatStructure::JsonSchema(definition))
            .build()?;
        call = call.output_config(OutputConfig::builder().text_format(format).build());
    }
    Ok(call)
}

fn block(part: &Part) -> Result<ContentBlock, BuildError> {
    match part {
        Part::Text(text) => Ok(ContentBlock::Text(text.clone())),
        Part::Picture(picture) => Ok(ContentBlock::Image(image(picture)?)),
    }
}

fn image(picture: &Picture) -> Result<ImageBlock, BuildError> {
    ImageBlock::builder()
        .format(ImageFormat::from(picture.media.subtype()))
        .source(ImageSource::Bytes(Blob::new(picture.bytes.to_vec())))
        .build()
}
