//! Classification and tagging as data: requests, answers, saved classifiers, and the rules between their fields.

mod batches;
mod classifiers;
mod definition;
mod evaluation;
mod options;
mod request;
mod response;

pub use batches::{
    BatchCreate, BatchUpload, JobDeleted, JobRef, JobReport, JobResults, JobRow, JobState, JobStatus,
};
pub use classifiers::{
    Classifier, ClassifierCreate, ClassifierDeleted, ClassifierName, ClassifierRef, ClassifierReport, Fits,
    HostedFit, Mode, TierFit,
};
pub use definition::Definition;
pub use evaluation::{Compared, Evaluate, Evaluated, EvaluatedItem, EvaluationItem};
pub use options::{Images, Options, Priority};
pub use request::{ClassifyBatchRequest, ClassifyRequest, TagBatchRequest, TagRequest, text_fault};
pub use response::{
    CacheInfo, Classified, ClassifiedBatch, ClassifiedItem, ConfidenceMethod, Evidence, TagLabel, Tagged,
    TaggedBatch, TaggedItem,
};
