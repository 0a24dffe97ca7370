use super::*;

/// `{"w": tensor of shape [2, 3], stored by columns}`, written by hand.
fn file(function: &str) -> Vec<u8> {
    let mut file = vec![0x80, 2, 0x8a, 10];
    file.extend(MAGIC);
    file.extend(b".\x80\x02M\xe9\x03.\x80\x02}.");
    file.extend(b"\x80\x02ccollections\nOrderedDict\n)R(X\x01\0\0\0w");
    file.extend(format!("ctorch._utils\n{function}\n").bytes());
    file.extend(b"((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x007X\x03\0\0\0cpuK\x06Nt");
    file.extend(b"QK\0K\x02K\x03\x86K\x01K\x02\x86\x89ccollections\nOrderedDict\n)RtRu.");
    file.extend(b"\x80\x02]q\0(X\x01\0\0\x007e.");
    file.extend(6i64.to_le_bytes());
    file.extend([1f32, 4.0, 2.0, 5.0, 3.0, 6.0].iter().flat_map(|number| number.to_le_bytes()));
    file
}

#[test]
fn a_tensor_stored_by_columns_is_given_by_rows() {
    let state = state_dict(&file("_rebuild_tensor_v2")).unwrap();
    assert_eq!(state["w"], Tensor { shape: vec![2, 3], data: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0] });
}

#[test]
fn a_name_that_would_run_something_is_refused() {
    let error = state_dict(&file("system")).unwrap_err().to_string();
    assert!(error.contains("torch._utils.system is not called"), "{error}");
}

#[test]
fn a_file_cut_anywhere_is_an_error_and_one_altered_anywhere_is_no_panic() {
    let whole = file("_rebuild_tensor_v2");
    for end in 0..whole.len() {
        assert!(state_dict(&whole[..end]).is_err(), "{end}");
    }
    for place in 0..whole.len() {
        for bits in [0x01, 0x80, 0xff] {
            let mut altered = whole.clone();
            altered[place] ^= bits;
            let _ = state_dict(&altered);
        }
    }
}
