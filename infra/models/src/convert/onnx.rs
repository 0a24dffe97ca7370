//! Writes an ONNX file. The numbers are the field numbers of the standard's `onnx.proto`; protobuf itself is three rules: a
//! field is a tag and its content, a number is a varint, a message is its length and its fields.

const FLOAT: u64 = 1;
/// Files of this version are read by all that knows operator set 13.
const IR_VERSION: u64 = 7;
const OPERATOR_SET: u64 = 13;

#[derive(Debug, Default, Clone)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn number(mut self, field: u64, value: u64) -> Self {
        self.varint(field << 3);
        self.varint(value);
        self
    }

    fn bytes(mut self, field: u64, content: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(content.len() as u64);
        self.0.extend_from_slice(content);
        self
    }

    fn text(self, field: u64, content: &str) -> Self {
        self.bytes(field, content.as_bytes())
    }

    fn message(self, field: u64, content: &Self) -> Self {
        self.bytes(field, &content.0)
    }
}

/// An attribute of a node.
#[derive(Debug, Clone, Copy)]
pub enum Attribute<'a> {
    Number(&'a str, u64),
    Numbers(&'a str, &'a [u64]),
}

impl Attribute<'_> {
    fn message(self) -> Message {
        match self {
            Self::Number(name, value) => Message::default().text(1, name).number(3, value).number(20, 2),
            Self::Numbers(name, values) => values
                .iter()
                .fold(Message::default().text(1, name), |message, value| message.number(8, *value))
                .number(20, 7),
        }
    }
}

/// A side of a tensor.
#[derive(Debug, Clone, Copy)]
pub enum Side {
    Any(&'static str),
    Fixed(u64),
}

/// A network in the making: nodes in the order in which they run.
#[derive(Debug, Default)]
pub struct Network {
    graph: Message,
}

impl Network {
    /// Tensor `name` with its row-major numbers.
    pub fn weight(&mut self, name: &str, shape: &[usize], data: &[f32]) {
        let raw: Vec<u8> = data.iter().flat_map(|number| number.to_le_bytes()).collect();
        let tensor = shape.iter().fold(Message::default(), |tensor, side| tensor.number(1, *side as u64));
        let tensor = tensor.number(2, FLOAT).text(8, name).bytes(9, &raw);
        self.add(5, &tensor);
    }

    /// A node with one output, which has its name.
    pub fn node(&mut self, operator: &str, name: &str, inputs: &[&str], attributes: &[Attribute<'_>]) {
        let node = inputs.iter().fold(Message::default(), |node, input| node.text(1, input));
        let node = node.text(2, name).text(3, name).text(4, operator);
        let node = attributes.iter().fold(node, |node, attribute| node.message(5, &attribute.message()));
        self.add(1, &node);
    }

    pub fn input(&mut self, name: &str, shape: &[Side]) {
        self.add(11, &value(name, shape));
    }

    pub fn output(&mut self, name: &str, shape: &[Side]) {
        self.add(12, &value(name, shape));
    }

    /// The file. `notes` are its metadata.
    pub fn file(mut self, name: &str, notes: &[(&str, &str)]) -> Vec<u8> {
        self.graph = self.graph.text(2, name);
        let operators = Message::default().text(1, "").number(2, OPERATOR_SET);
        let model = Message::default().number(1, IR_VERSION).text(2, "atelier").message(7, &self.graph);
        let model = notes.iter().fold(model.message(8, &operators), |model, (key, value)| {
            model.message(14, &Message::default().text(1, key).text(2, value))
        });
        model.0
    }

    fn add(&mut self, field: u64, message: &Message) {
        self.graph = std::mem::take(&mut self.graph).message(field, message);
    }
}

fn value(name: &str, shape: &[Side]) -> Message {
    let shape = shape.iter().fold(Message::default(), |shape, side| {
        let side = match side {
            Side::Any(name) => Message::default().text(2, name),
            Side::Fixed(length) => Message::default().number(1, *length),
        };
        shape.message(1, &side)
    });
    let tensor = Message::default().number(1, FLOAT).message(2, &shape);
    Message::default().text(1, name).message(2, &Message::default().message(1, &tensor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_several_bytes_is_written_as_protobuf_does() {
        // The example of protobuf's own description: field 1 is 150; then field 2 is "testing".
        let message = Message::default().number(1, 150).text(2, "testing");
        assert_eq!(message.0, b"\x08\x96\x01\x12\x07testing");
    }
}
