//! Both libraries, side by side, on the models that are fetched (`atelier models fetch --with onnxruntime`).

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use inference::models::Folder;
use inference::{Backend, InferenceError, Input, Options, Output, Rten};
use inference_ort::{LIBRARY, Ort, installed};

const OPTIONS: Options = Options { threads: 2, prepack: false };

fn model(name: &str) -> PathBuf {
    Folder::from_env().unwrap().file(name).unwrap()
}

fn backends() -> [Box<dyn Backend>; 2] {
    [Box::new(Rten), Box::new(Ort::open(&model(LIBRARY)).unwrap())]
}

/// Largest distance of two tensors of one shape.
fn distance(a: &Output, b: &Output) -> f32 {
    assert_eq!(a.shape, b.shape);
    a.data.iter().zip(&b.data).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn what_is_installed_is_taken() {
    let folder = Folder::from_env().unwrap();
    assert_eq!(installed(&folder).unwrap().name(), "ort");
    assert_eq!(installed(&Folder::at("/nowhere")).unwrap().name(), "rten");
}

#[test]
fn both_libraries_give_the_same_sentence_vectors() {
    let ids: Vec<i32> =
        (0..2 * 16).map(|index| if index % 16 == 0 { 101 } else { 1996 + index * 37 }).collect();
    let mask: Vec<i32> = (0..2 * 16).map(|index| i32::from(index < 16 + 9)).collect();
    let (types, shape) = (vec![0; 32], [2, 16]);
    let [a, b] = backends().map(|backend| {
        let network = backend.load(&model("minilm/model.onnx"), &OPTIONS).unwrap();
        let inputs = [("input_ids", &ids), ("attention_mask", &mask), ("token_type_ids", &types)];
        let inputs = inputs.map(|(name, data)| (name, Input::I32 { shape: &shape, data }));
        network.run(&inputs, &["last_hidden_state"]).unwrap().remove(0)
    });
    assert_eq!(a.shape, [2, 16, 384]);
    assert!(distance(&a, &b) < 1e-4, "{}", distance(&a, &b));
}

#[test]
fn both_libraries_give_the_same_classes_for_the_network_converted_here() {
    let pixels: Vec<f32> =
        (0..3 * 224 * 224).map(|index| ((index * 7919) % 255) as f32 / 128.0 - 1.0).collect();
    let [a, b] = backends().map(|backend| {
        let network = backend.load(&model("efficientnet-lite0/model.onnx"), &OPTIONS).unwrap();
        let input = Input::F32 { shape: &[1, 3, 224, 224], data: &pixels };
        network.run(&[("pixels", input)], &["logits"]).unwrap().remove(0)
    });
    assert_eq!(a.shape, [1, 1000]);
    assert!(distance(&a, &b) < 1e-3, "{}", distance(&a, &b));
}

#[test]
fn a_file_that_is_no_model_is_an_error() {
    let folder = std::env::temp_dir().join(format!("inference-no-model-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let whole = std::fs::read(model("ppocr/cls.onnx")).unwrap();
    // Not one with altered bytes inside: a graph of nonsense can keep a library busy without end, which is why the caller
    // verifies the hash first.
    let wrong: [(&str, &[u8]); 3] =
        [("empty", b""), ("text", b"not a model"), ("cut", &whole[..whole.len() / 2])];
    for backend in backends() {
        for (name, content) in wrong {
            let path = folder.join(format!("{name}.onnx"));
            std::fs::write(&path, content).unwrap();
            // An empty file is a network without nodes to rten: whatever is asked of it is an error.
            let output =
                backend.load(&path, &OPTIONS).and_then(|network| network.run(&[], &["softmax_0.tmp_0"]));
            assert!(output.is_err(), "{name} by {}", backend.name());
        }
        let missing = backend.load(Path::new("/nowhere.onnx"), &OPTIONS);
        assert!(matches!(missing, Err(InferenceError::Load { .. })), "{}", backend.name());
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_wrong_shape_name_or_kind_of_number_is_an_error() {
    let (numbers, whole) = (vec![0f32; 3 * 224 * 224], vec![0i32; 3 * 224 * 224]);
    for backend in backends() {
        let network = backend.load(&model("efficientnet-lite0/model.onnx"), &OPTIONS).unwrap();
        let floats = |shape| Input::F32 { shape, data: &numbers };
        for (what, name, input, output) in [
            ("shape of another length", "pixels", floats(&[1, 3, 224, 223]), "logits"),
            ("shape that overflows", "pixels", floats(&[usize::MAX, 3, 224, 224]), "logits"),
            ("two sides", "pixels", floats(&[3 * 224, 224]), "logits"),
            ("channels last", "pixels", floats(&[1, 224, 224, 3]), "logits"),
            ("unknown input", "picture", floats(&[1, 3, 224, 224]), "logits"),
            ("unknown output", "pixels", floats(&[1, 3, 224, 224]), "classes"),
            ("integers", "pixels", Input::I32 { shape: &[1, 3, 224, 224], data: &whole }, "logits"),
        ] {
            assert!(network.run(&[(name, input)], &[output]).is_err(), "{what} by {}", backend.name());
        }
        assert!(network.run(&[], &["logits"]).is_err(), "no input by {}", backend.name());
    }
}
