use crate::DocumentError;

/// Readers follow nested objects by recursion, to a bounded depth that a server's thread of 2 MB may not hold. Only what is used of
/// it becomes memory.
const STACK_BYTES: usize = 64 << 20;

/// Runs it on a stack of its own. The last resort beside all that is checked before: a panic in a reader is a damaged document.
pub fn run<T: Send>(work: impl FnOnce() -> Result<T, DocumentError> + Send) -> Result<T, DocumentError> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("document".into()).stack_size(STACK_BYTES);
        match thread.spawn_scoped(scope, work) {
            Ok(thread) => {
                thread.join().unwrap_or_else(|_| Err(DocumentError::Damaged("its reader gave up".into())))
            }
            Err(error) => Err(DocumentError::Damaged(format!("no thread to read it: {error}"))),
        }
    })
}
