//! What a picture shows, in the words of ImageNet.
pub struct LabelModel;
pub struct ImageLabels;
