//! A state dictionary as PyTorch wrote it before 1.6: five pickles, then the storages' raw bytes. Only what such a file needs is
//! read and nothing is ever called: the two names that build something are known here by heart, every other one is an error.
//! Formats: the comments of Python's `pickletools` for the opcodes, PyTorch's `torch/serialization.py` (`_legacy_save`) for the rest.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::ConversionError;

/// First pickle of such a file.
const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
const PROTOCOL: i64 = 1001;

#[derive(Debug, Clone)]
enum Value {
    Mark,
    None,
    Bool,
    Int(i64),
    Long(Vec<u8>),
    Text(Rc<str>),
    Name(Rc<str>),
    Tuple(Rc<[Value]>),
    List(Rc<RefCell<Vec<Value>>>),
    Dict(Rc<RefCell<Vec<(Value, Value)>>>),
    Storage(Rc<Storage>),
    Tensor(Rc<View>),
}

#[derive(Debug)]
struct Storage {
    key: Rc<str>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Float,
    Long,
}

/// A window on a storage; offsets and strides in elements.
#[derive(Debug)]
struct View {
    storage: Rc<Storage>,
    offset: usize,
    shape: Vec<usize>,
    strides: Vec<usize>,
}

/// A dense tensor in row-major order.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    pub shape: Vec<usize>,
    pub data: Vec<f32>,
}

fn wrong(what: impl Into<String>) -> ConversionError {
    ConversionError::Source(what.into())
}

/// The tensors of 32-bit floats by name; those of integers, which are counters of the training, are left out.
pub fn state_dict(mut file: &[u8]) -> Result<HashMap<String, Tensor>, ConversionError> {
    if !matches!(pickle(&mut file)?, Value::Long(magic) if magic == MAGIC) {
        return Err(wrong("not a state dictionary"));
    }
    if !matches!(pickle(&mut file)?, Value::Int(PROTOCOL)) {
        return Err(wrong("of another protocol"));
    }
    pickle(&mut file)?; // Sizes of C's types where it was written.
    let Value::Dict(state) = pickle(&mut file)? else { return Err(wrong("no dictionary")) };
    let Value::List(keys) = pickle(&mut file)? else { return Err(wrong("no list of storages")) };

    let state = state.borrow();
    let views: Vec<(&Rc<str>, &Rc<View>)> = state
        .iter()
        .map(|entry| match entry {
            (Value::Text(name), Value::Tensor(view)) => Ok((name, view)),
            other => Err(wrong(format!("{other:?} is no tensor"))),
        })
        .collect::<Result<_, _>>()?;
    let kinds: HashMap<&str, Kind> =
        views.iter().map(|(_, view)| (&*view.storage.key, view.storage.kind)).collect();
    let storages = storages(file, &keys.borrow(), &kinds)?;
    let floats = views.into_iter().filter(|(_, view)| view.storage.kind == Kind::Float);
    floats.map(|(name, view)| Ok((name.to_string(), view.read(&storages)?))).collect()
}

/// Bytes of the storages of floats, by key.
fn storages(
    mut file: &[u8],
    keys: &[Value],
    kinds: &HashMap<&str, Kind>,
) -> Result<HashMap<String, Vec<f32>>, ConversionError> {
    let mut storages = HashMap::new();
    for key in keys {
        let Value::Text(key) = key else { return Err(wrong("a storage without a key")) };
        let kind = kinds.get(&**key).ok_or_else(|| wrong(format!("nobody uses storage {key}")))?;
        let count = usize::try_from(i64::from_le_bytes(array(&mut file)?)).map_err(|_| wrong("a count"))?;
        let size =
            count.checked_mul(if *kind == Kind::Float { 4 } else { 8 }).ok_or_else(|| wrong("a count"))?;
        let bytes = take(&mut file, size)?;
        if *kind == Kind::Float {
            let (numbers, _) = bytes.as_chunks::<4>();
            storages
                .insert(key.to_string(), numbers.iter().map(|number| f32::from_le_bytes(*number)).collect());
        }
    }
    Ok(storages)
}

impl View {
    fn read(&self, storages: &HashMap<String, Vec<f32>>) -> Result<Tensor, ConversionError> {
        let storage = storages.get(&*self.storage.key).ok_or_else(|| wrong("a storage is missing"))?;
        let count = self.shape.iter().try_fold(1usize, |count, side| count.checked_mul(*side));
        // Each element of a weight is stored: a view that repeats some is none.
        let count = count.filter(|count| *count <= storage.len()).ok_or_else(|| wrong("a shape"))?;
        let mut data = Vec::with_capacity(count);
        for index in 0..count {
            let (mut rest, mut place) = (index, Some(self.offset));
            for (side, stride) in self.shape.iter().zip(&self.strides).rev() {
                place = place.and_then(|place| place.checked_add((rest % side).checked_mul(*stride)?));
                rest /= side;
            }
            let number = place.and_then(|place| storage.get(place));
            data.push(*number.ok_or_else(|| wrong("a tensor outside its storage"))?);
        }
        Ok(Tensor { shape: self.shape.clone(), data })
    }
}

fn take<'a>(file: &mut &'a [u8], count: usize) -> Result<&'a [u8], ConversionError> {
    let (bytes, rest) = file.split_at_checked(count).ok_or_else(|| wrong("it ends too early"))?;
    *file = rest;
    Ok(bytes)
}

fn array<const N: usize>(file: &mut &[u8]) -> Result<[u8; N], ConversionError> {
    take(file, N)?.try_into().map_err(|_| wrong("it ends too early"))
}

/// Up to the end of the line, which is skipped.
fn line(file: &mut &[u8]) -> Result<String, ConversionError> {
    let end = file.iter().position(|byte| *byte == b'\n').ok_or_else(|| wrong("a name without an end"))?;
    let text = text(take(file, end)?)?.to_string();
    take(file, 1)?;
    Ok(text)
}

fn text(bytes: &[u8]) -> Result<Rc<str>, ConversionError> {
    std::str::from_utf8(bytes).map(Rc::from).map_err(|_| wrong("text that is not UTF-8"))
}

/// Reads one pickle and leaves `file` behind it.
fn pickle(file: &mut &[u8]) -> Result<Value, ConversionError> {
    let mut machine = Machine::default();
    loop {
        let [opcode] = array(file)?;
        if opcode == b'.' {
            return machine.pop();
        }
        if !machine.construct(opcode)? {
            machine.load(opcode, file)?;
        }
    }
}

#[derive(Default)]
struct Machine {
    stack: Vec<Value>,
    memory: HashMap<u32, Value>,
}

impl Machine {
    fn pop(&mut self) -> Result<Value, ConversionError> {
        self.stack.pop().ok_or_else(|| wrong("an empty stack"))
    }

    /// All above the last mark, which goes too.
    fn pop_to_mark(&mut self) -> Result<Vec<Value>, ConversionError> {
        let mark = self.stack.iter().rposition(|value| matches!(value, Value::Mark));
        let mark = mark.ok_or_else(|| wrong("no mark"))?;
        let values = self.stack.split_off(mark + 1);
        self.stack.truncate(mark);
        Ok(values)
    }

    /// Opcodes with an argument behind them.
    fn load(&mut self, opcode: u8, file: &mut &[u8]) -> Result<(), ConversionError> {
        let value = match opcode {
            0x80 => return array::<1>(file).map(drop), // PROTO
            b'q' => {
                let [place] = array(file)?;
                return self.remember(u32::from(place));
            }
            b'r' => {
                let place = u32::from_le_bytes(array(file)?);
                return self.remember(place);
            }
            b'h' => self.recall(u32::from(array::<1>(file)?[0]))?,
            b'j' => self.recall(u32::from_le_bytes(array(file)?))?,
            b'K' => Value::Int(i64::from(array::<1>(file)?[0])),
            b'M' => Value::Int(i64::from(u16::from_le_bytes(array(file)?))),
            b'J' => Value::Int(i64::from(i32::from_le_bytes(array(file)?))),
            0x8a => {
                let [count] = array(file)?;
                Value::Long(take(file, usize::from(count))?.to_vec())
            }
            b'X' => {
                let count = u32::from_le_bytes(array(file)?);
                Value::Text(text(take(file, count as usize)?)?)
            }
            b'c' => Value::Name(format!("{}.{}", line(file)?, line(file)?).into()),
            other => return Err(wrong(format!("opcode {other:#04x} is not read"))),
        };
        self.stack.push(value);
        Ok(())
    }

    /// Opcodes that work on the stack alone; false for all others.
    fn construct(&mut self, opcode: u8) -> Result<bool, ConversionError> {
        let value = match opcode {
            b'(' => Value::Mark,
            b'N' => Value::None,
            0x88 | 0x89 => Value::Bool,
            b')' => Value::Tuple(Rc::new([])),
            b']' => Value::List(Rc::default()),
            b'}' => Value::Dict(Rc::default()),
            b't' => Value::Tuple(self.pop_to_mark()?.into()),
            0x85 => Value::Tuple(Rc::new([self.pop()?])),
            0x86 => {
                let last = self.pop()?;
                Value::Tuple(Rc::new([self.pop()?, last]))
            }
            b'Q' => storage(&self.pop()?)?,
            b'R' => {
                let arguments = self.pop()?;
                built(&self.pop()?, &arguments)?
            }
            b'b' => return self.pop().map(|_| true), // BUILD: attributes of the dictionary, of no use here.
            b'e' => {
                let values = self.pop_to_mark()?;
                let Some(Value::List(list)) = self.stack.last() else { return Err(wrong("no list")) };
                list.borrow_mut().extend(values);
                return Ok(true);
            }
            b's' => {
                let value = self.pop()?;
                let key = self.pop()?;
                return self.insert([(key, value)]);
            }
            b'u' => {
                let mut values = self.pop_to_mark()?.into_iter();
                let pairs: Vec<_> = std::iter::from_fn(|| Some((values.next()?, values.next()?))).collect();
                return self.insert(pairs);
            }
            _ => return Ok(false),
        };
        self.stack.push(value);
        Ok(true)
    }

    fn insert(&mut self, pairs: impl IntoIterator<Item = (Value, Value)>) -> Result<bool, ConversionError> {
        let Some(Value::Dict(dictionary)) = self.stack.last() else { return Err(wrong("no dictionary")) };
        dictionary.borrow_mut().extend(pairs);
        Ok(true)
    }

    fn remember(&mut self, place: u32) -> Result<(), ConversionError> {
        let value = self.stack.last().cloned().ok_or_else(|| wrong("an empty stack"))?;
        self.memory.insert(place, value);
        Ok(())
    }

    fn recall(&self, place: u32) -> Result<Value, ConversionError> {
        self.memory.get(&place).cloned().ok_or_else(|| wrong("nothing remembered"))
    }
}

fn storage(id: &Value) -> Result<Value, ConversionError> {
    let Value::Tuple(id) = id else { return Err(wrong("a storage without an id")) };
    let [Value::Text(_), Value::Name(kind), Value::Text(key), ..] = &**id else {
        return Err(wrong("an unknown form of storage"));
    };
    let kind = match &**kind {
        "torch.FloatStorage" => Kind::Float,
        "torch.LongStorage" => Kind::Long,
        other => return Err(wrong(format!("{other} is not read"))),
    };
    Ok(Value::Storage(Rc::new(Storage { key: Rc::clone(key), kind })))
}

/// What a call would have made.
fn built(function: &Value, arguments: &Value) -> Result<Value, ConversionError> {
    let (Value::Name(name), Value::Tuple(arguments)) = (function, arguments) else {
        return Err(wrong("a call of what is no name"));
    };
    match (&**name, &**arguments) {
        ("collections.OrderedDict", []) => Ok(Value::Dict(Rc::default())),
        (
            "torch._utils._rebuild_tensor_v2",
            [Value::Storage(storage), Value::Int(offset), Value::Tuple(shape), Value::Tuple(strides), ..],
        ) if shape.len() == strides.len() => Ok(Value::Tensor(Rc::new(View {
            storage: Rc::clone(storage),
            offset: usize::try_from(*offset).map_err(|_| wrong("an offset"))?,
            shape: shape.iter().map(size).collect::<Result<_, _>>()?,
            strides: strides.iter().map(size).collect::<Result<_, _>>()?,
        }))),
        _ => Err(wrong(format!("{name} is not called"))),
    }
}

fn size(value: &Value) -> Result<usize, ConversionError> {
    match value {
        Value::Int(size) => usize::try_from(*size).map_err(|_| wrong("a size")),
        _ => Err(wrong("a size")),
    }
}

#[cfg(test)]
mod tests;
