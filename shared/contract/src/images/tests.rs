use serde_json::{Value, json};

use super::{Color, ColorProfile, EditRequest, Length, Output, Padding, PaddingError, UploadEditRequest};
use crate::{Check, Fault, Rule};

fn request(operations: Value, output: Value) -> EditRequest {
    let mut body = json!({"input": "https://example.com/a.jpg", "operations": operations, "output": output});
    if output.is_null() {
        body.as_object_mut().unwrap().remove("output");
    }
    serde_json::from_value(body).unwrap()
}

fn faults(operations: Value, output: Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    request(operations, output).check(&mut faults);
    faults
}

fn paths(operations: Value, output: Value) -> Vec<String> {
    faults(operations, output).into_iter().map(|fault| fault.path).collect()
}

#[test]
fn a_body_that_names_every_block_and_asks_for_nothing_passes() {
    let body = json!({"input":"https://example.com/a.jpg","operations":{"restorations":{"decompress":null,"upscale":null,
        "polish":false},"adjustments":{"hdr":0,"exposure":0,"saturation":0,"contrast":0,"sharpness":0},"background":
        {"remove":false,"blur":false,"color":"#ffffff"},"resizing":{"width":"auto","height":"auto","fit":"crop"},
        "padding":null,"privacy":{"blur_car_plate":false,"identity_crop":false},"generative":null},
        "output":{"format":"jpeg","metadata":{"dpi":72,"color_space":"RGB"}}});
    let request: EditRequest = serde_json::from_value(body).unwrap();
    let mut faults = Vec::new();
    request.check(&mut faults);
    assert_eq!(faults, []);
}

#[test]
fn the_published_sample_with_remove_false_passes() {
    assert_eq!(faults(json!({"resizing":{"width":1000},"background":{"remove":false}}), Value::Null), []);
    assert_eq!(EditRequest::sample().unavailable(), []);
}

#[test]
fn what_is_active_and_not_built_is_refused_with_its_path() {
    let cases = [
        (json!({"restorations":{"decompress":"auto"}}), "operations.restorations.decompress"),
        (
            json!({"restorations":{"upscale":{"type":"photo","version":"2"}}}),
            "operations.restorations.upscale",
        ),
        (json!({"restorations":{"polish":true}}), "operations.restorations.polish"),
        (json!({"background":{"remove":{}}}), "operations.background.remove"),
        (json!({"background":{"blur":{"level":"low"}}}), "operations.background.blur"),
        (json!({"resizing":{"fit":"outpaint"}}), "operations.resizing.fit"),
        (json!({"resizing":{"fit":{"crop":"smart"}}}), "operations.resizing.fit.crop"),
        (json!({"privacy":{"blur_car_plate":true}}), "operations.privacy.blur_car_plate"),
        (json!({"privacy":{"identity_crop":true}}), "operations.privacy.identity_crop"),
        (
            json!({"generative":{"style_transfer":{"style_reference_image":"https://example.com/b.jpg"}}}),
            "operations.generative.style_transfer",
        ),
    ];
    for (operations, path) in cases {
        assert_eq!(faults(operations.clone(), Value::Null), [Fault::not_available(path)], "{operations}");
    }
}

#[test]
fn destinations_are_files_and_folders_of_storages_and_nothing_else() {
    for output in
        [json!("storage://mine/out/"), json!("storage://mine"), json!({"destination":"storage://mine/a.jpg"})]
    {
        assert_eq!(faults(json!({}), output.clone()), [], "{output}");
    }
    for (output, path) in [
        (json!("upload://abc"), "output"),
        (json!("storage://mine/../a.jpg"), "output"),
        (json!({"destination":"https://example.com/a.jpg"}), "output.destination"),
        (json!({"destination":"storage://mi ne/a.jpg"}), "output.destination"),
    ] {
        let paths: Vec<String> =
            faults(json!({}), output.clone()).into_iter().map(|fault| fault.path).collect();
        assert_eq!(paths, [path], "{output}");
    }
}

#[test]
fn inputs_are_objects_of_storages_addresses_and_uploads_and_other_schemes_are_refused() {
    for input in ["storage://mine/a b.jpg", "https://example.com/a.jpg", "upload://abc"] {
        let mut found = Vec::new();
        EditRequest { input: input.into(), ..EditRequest::sample() }.check(&mut found);
        assert_eq!(found, [], "{input}");
    }
    for (input, rule) in [
        ("storage://mine/a/", Rule::Other("the storage URI names a folder and not a file".into())),
        ("ftp://example.com/a.jpg", Rule::Other("invalid or missing URL scheme".into())),
        ("a.jpg", Rule::Other("invalid or missing URL scheme".into())),
    ] {
        let mut found = Vec::new();
        EditRequest { input: input.into(), ..EditRequest::sample() }.check(&mut found);
        assert_eq!(found, [Fault::new("input", rule)], "{input}");
    }
}

#[test]
fn zero_false_and_absent_ask_for_nothing() {
    let operations = json!({"adjustments":{"hdr":{"intensity":0}},"background":{"remove":false,"blur":false},
        "restorations":{},"privacy":{},"generative":{},"resizing":{"fit":{"type":"crop","crop":"center"}}});
    assert_eq!(faults(operations, json!({"metadata":{"color_space":{"type":"RGB"}}})), []);
}

#[test]
fn hdr_is_a_number_or_options_and_full_where_only_options_are_given() {
    let read = |hdr: Value| {
        let adjustments = request(json!({"adjustments":{"hdr":hdr}}), Value::Null).operations.adjustments;
        let hdr = adjustments.unwrap().hdr.unwrap();
        (hdr.intensity(), hdr.stitching())
    };
    assert_eq!(read(json!(40)), (40, false));
    assert_eq!(read(json!({})), (100, false));
    assert_eq!(read(json!({"stitching":true})), (100, true));
    assert_eq!(read(json!({"intensity":0,"stitching":false})), (0, false));
    assert_eq!(faults(json!({"adjustments":{"hdr":{"stitching":true}}}), Value::Null), []);
    assert!(super::AVAILABLE_OPERATIONS.contains(&"adjustments.hdr"));
}

#[test]
fn sides_must_be_of_one_kind() {
    let resizing = |width: Value, height: Value, fit: &str| {
        paths(json!({"resizing":{"width":width,"height":height,"fit":fit}}), Value::Null)
    };
    assert_eq!(resizing(json!(10), json!("50%"), "crop"), ["operations.resizing"]);
    assert_eq!(resizing(json!("20%"), json!("50%"), "crop"), ["operations.resizing"]);
    assert!(resizing(json!("20%"), json!("50%"), "canvas").is_empty());
    assert!(resizing(json!("50%"), json!("50.0%"), "crop").is_empty());
    assert!(resizing(json!("auto"), json!("50%"), "crop").is_empty());
    assert!(resizing(json!(10), json!("auto"), "bounds").is_empty());
    assert_eq!(
        resizing(json!("0%"), json!("fast"), "crop"),
        ["operations.resizing.width", "operations.resizing.height"]
    );
}

#[test]
fn options_of_another_fit_are_unknown_fields() {
    let fit = |fit: Value| faults(json!({"resizing":{"fit":fit}}), Value::Null);
    assert_eq!(
        fit(json!({"type":"bounds","crop":"smart"})),
        [Fault::new("operations.resizing.fit.crop", Rule::Unknown)]
    );
    assert_eq!(
        fit(json!({"feathering":"10%"})),
        [Fault::new("operations.resizing.fit.feathering", Rule::Unknown)]
    );
    let path = "operations.resizing.fit.feathering".to_owned();
    assert!(fit(json!({"type":"outpaint","feathering":"51%"})).iter().any(|fault| fault.path == path));
}

#[test]
fn sides_beyond_the_format_are_refused_before_the_picture_is_fetched() {
    let webp = json!({"format":"webp"});
    assert_eq!(paths(json!({"resizing":{"width":16384}}), webp.clone()), ["operations.resizing.width"]);
    assert!(paths(json!({"resizing":{"width":16384,"height":10,"fit":"bounds"}}), webp).is_empty());
    assert!(paths(json!({"resizing":{"width":16384}}), Value::Null).is_empty());
}

#[test]
fn padding_is_read_in_all_its_forms() {
    let pixels = |text: &str| Padding::parse(text).unwrap().pixels(1000, 600);
    assert_eq!(pixels("10%"), Some([60, 100, 60, 100]));
    assert_eq!(pixels("5% 15%"), Some([90, 50, 90, 50]));
    assert_eq!(pixels("30px"), Some([30, 30, 30, 30]));
    assert_eq!(pixels("100px 150px"), Some([150, 100, 150, 100]));
    assert_eq!(pixels("1px 2px 3px 4px"), Some([1, 2, 3, 4]));
    assert_eq!(pixels("0px"), Some([0, 0, 0, 0]));
    assert_eq!(pixels("299px"), Some([299, 299, 299, 299]));
    assert_eq!(pixels("300px"), None);
    assert_eq!(Length::parse("2.5%").unwrap().of(100), 3, "half is rounded away from zero");
    for text in
        ["", "10", "-1px", "1.5px", "10% 5px", "1px 2px 3px", "1% 2% 3% 4%", "+5%", "1e1%", "10 %", ".5%"]
    {
        assert_eq!(Padding::parse(text), Err(PaddingError::Syntax), "{text:?}");
    }
    assert_eq!(Padding::parse("50%"), Err(PaddingError::TooLarge));
}

#[test]
fn padding_of_half_a_known_side_is_refused() {
    let padded =
        |padding: &str, resizing: Value| paths(json!({"padding":padding,"resizing":resizing}), Value::Null);
    assert_eq!(padded("50%", json!({})), ["operations.padding"]);
    assert_eq!(padded("50px", json!({"width":100})), ["operations.padding"]);
    assert!(padded("49px", json!({"width":100})).is_empty());
    assert!(padded("50px", json!({"width":100,"height":100,"fit":"cover"})).is_empty());
}

#[test]
fn colors_are_read_in_all_their_forms() {
    let read = |text: &str| text.parse::<Color>().ok().map(|c| [c.red, c.green, c.blue, c.alpha]);
    assert_eq!(read("#1aF"), Some([0x11, 0xaa, 0xff, 255]));
    assert_eq!(read("12AbfE"), Some([0x12, 0xab, 0xfe, 255]));
    assert_eq!(read("#12345678"), Some([0x12, 0x34, 0x56, 0x78]));
    assert_eq!(read("transparent"), Some([0, 0, 0, 0]));
    for text in ["", "#", "#12", "#12345", "##123", "red", "#ggg", "#1234567é"] {
        assert_eq!(read(text), None, "{text:?}");
    }
    assert_eq!(paths(json!({"background":{"color":"red"}}), Value::Null), ["operations.background.color"]);
}

#[test]
fn category_excludes_selective_and_style_transfer_excludes_background() {
    let both = json!({"category":"cars","selective":{"object_to_keep":"car"}});
    let found = paths(json!({"background":{"remove":both,"blur":both}}), Value::Null);
    assert_eq!(found.iter().filter(|path| *path == "operations.background.remove").count(), 2);
    assert_eq!(found.iter().filter(|path| *path == "operations.background.blur").count(), 2);
    let style = json!({"style_transfer":{"style_reference_image":"https://example.com/b.jpg"}});
    let found = faults(json!({"background":{"remove":true},"generative":style}), Value::Null);
    let sentence = "style_transfer cannot be combined with background remove or blur";
    assert!(found.contains(&Fault::other("operations.generative.style_transfer", sentence)));
}

#[test]
fn options_must_suit_the_format() {
    let output = |format: Value| paths(json!({}), json!({"format":format}));
    assert_eq!(output(json!({"type":"png","progressive":true})), ["output.format.progressive"]);
    assert_eq!(output(json!({"type":"jpeg","compression":"lossy"})), ["output.format.compression"]);
    assert_eq!(output(json!({"type":"png","compression":"lossy"})), ["output.format.compression"]);
    assert_eq!(output(json!({"type":"webp","compression":"best"})), ["output.format.compression"]);
    assert!(output(json!({"type":"png","compression":"best","quality":50})).is_empty());
    assert!(output(json!({"type":"tiff","compression":{"type":"lossy","quality":50}})).is_empty());
    assert!(output(json!({"type":"jpeg","quality":50,"progressive":false})).is_empty());
}

#[test]
fn cmyk_is_for_coated_paper_unless_another_is_named() {
    let profile = |color_space: Value| {
        let output: Output =
            serde_json::from_value(json!({"format":"tiff","metadata":{"color_space":color_space}})).unwrap();
        assert_eq!(faults(json!({}), serde_json::to_value(&output).unwrap()), []);
        output.color_profile()
    };
    assert_eq!(profile(json!("RGB")), None);
    assert_eq!(profile(json!("CMYK")), Some(ColorProfile::IsoCoated));
    assert_eq!(profile(json!({"type":"CMYK"})), Some(ColorProfile::IsoCoated));
    let named = json!({"type":"CMYK","color_profile":"USWeb_Uncoated"});
    assert_eq!(profile(named), Some(ColorProfile::UsWebUncoated));
}

#[test]
fn cmyk_is_a_contradiction_with_png_and_webp() {
    for format in ["png", "webp"] {
        let found = faults(json!({}), json!({"format":format,"metadata":{"color_space":"CMYK"}}));
        let sentence = format!("CMYK cannot be written as {format}");
        assert_eq!(found, [Fault::other("output.metadata.color_space", sentence)]);
    }
    let output = json!({"metadata":{"color_space":{"type":"RGB","color_profile":"ISO_Coated"}}});
    assert_eq!(paths(json!({}), output), ["output.metadata.color_space.color_profile"]);
}

#[test]
fn a_destination_must_be_a_storage() {
    assert_eq!(paths(json!({}), json!("https://example.com/out/")), ["output"]);
    assert_eq!(paths(json!({}), json!({"destination":"out.jpg"})), ["output.destination"]);
}

#[test]
fn all_faults_are_reported_at_once() {
    let found = paths(
        json!({"background":{"color":"red"},"padding":"x","restorations":{"polish":true}}),
        json!({"format":{"type":"png","progressive":false}}),
    );
    assert_eq!(
        found,
        [
            "operations.background.color",
            "operations.padding",
            "output.format.progressive",
            "operations.restorations.polish"
        ]
    );
}

#[test]
fn null_is_absent_and_unknown_fields_are_not_parsed() {
    let body = json!({"operations":null,"output":null});
    assert_eq!(serde_json::from_value::<UploadEditRequest>(body).unwrap(), UploadEditRequest::default());
    let unknown = json!({"operations":{"resizing":{"widht":5}}});
    assert!(serde_json::from_value::<UploadEditRequest>(unknown).is_err());
}

#[test]
fn the_output_is_resolved_to_one_form() {
    let output = request(
        json!({}),
        json!({"format":{"type":"webp","quality":40,"compression":{"type":"lossy","quality":60}}}),
    )
    .output();
    assert_eq!(output.quality(), Some(60));
    assert_eq!(
        request(json!({}), json!("storage://a/b")).output().destination.as_deref(),
        Some("storage://a/b")
    );
    assert!(request(json!({}), Value::Null).output().progressive());
}

#[test]
fn the_schema_carries_every_bound_and_closes_every_object() {
    let schema = serde_json::to_value(schemars::schema_for!(EditRequest)).unwrap();
    assert_eq!(schema["required"], json!(["input", "operations"]));
    assert_eq!(schema["properties"]["input"]["maxLength"], 4096);
    let definitions = schema["$defs"].as_object().unwrap();
    let adjustments = &definitions["Adjustments"]["properties"];
    assert_eq!(
        (&adjustments["exposure"]["minimum"], &adjustments["exposure"]["maximum"]),
        (&json!(-100), &json!(100))
    );
    assert_eq!(definitions["Dimension"]["anyOf"][0]["maximum"], 65535);
    assert_eq!(definitions["HdrChoice"]["anyOf"][0]["maximum"], 100);
    assert_eq!(definitions["FitName"]["enum"], json!(["crop", "bounds", "cover", "canvas", "outpaint"]));
    for (name, definition) in definitions {
        if definition["type"] == "object" {
            assert_eq!(definition["additionalProperties"], false, "{name}");
        }
    }
}

#[test]
fn the_lists_of_what_is_available_agree_with_the_rules() {
    for format in ["jpeg", "png", "webp", "avif", "tiff"] {
        let available = super::OUTPUT_FORMATS.contains(&format);
        assert_eq!(faults(json!({}), json!({"format":format})).is_empty(), available, "{format}");
    }
}
