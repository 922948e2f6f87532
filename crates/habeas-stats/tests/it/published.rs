//! Tables printed in the literature: two small ones here, the others read from the reference data where present.

use habeas_stats::{CaptureHistories, EstimableHistories, Method, capture::read_table};

/// Killings in Kosovo, 20 March to 22 June 1999, by four lists `[ball2002]`.
pub const KOSOVO: &str = "\
EXH,ABA,OSCE,HRW,count
1,0,0,0,1131
0,1,0,0,845
0,0,1,0,936
0,0,0,1,306
1,1,0,0,177
1,0,1,0,228
1,0,0,1,106
0,1,1,0,217
0,1,0,1,31
0,0,1,1,123
1,1,1,0,181
1,1,0,1,18
1,0,1,1,42
0,1,1,1,32
1,1,1,1,27
";

/// Children with spina bifida in upstate New York, by three lists `[madigan1997]`.
pub const SPINA_BIFIDA: &str = "\
list1,list2,list3,count
1,0,0,60
0,1,0,49
0,0,1,247
1,1,0,4
1,0,1,112
0,1,1,142
1,1,1,12
";

pub fn table(text: &str) -> CaptureHistories {
    read_table(text.as_bytes()).unwrap().0
}

pub fn estimable(table: &CaptureHistories, method: &Method) -> EstimableHistories {
    EstimableHistories::try_from((table.clone(), method.need())).unwrap()
}

/// The bytes of a reference table, or `None` (said on the test's output) where the reference data are not beside the
/// repository.
pub fn reference_bytes(file: &str) -> Option<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/mse");
    let bytes = std::fs::read(std::path::Path::new(folder).join(file)).ok();
    if bytes.is_none() {
        println!("skipped: the reference table {file} is not beside the repository");
    }
    bytes
}

pub fn reference(file: &str) -> Option<CaptureHistories> {
    reference_bytes(file).map(|bytes| read_table(&bytes).unwrap().0)
}
