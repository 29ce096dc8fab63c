/// Items that may go through an engine together.
enum BatchGroup: Hashable, Sendable {
    /// Whole images, through the detector first.
    case images(BatchKey)
    /// Boxes that are known, of images of any size: they go to a pipeline's classifiers, and never wait for a detector.
    case boxes(pipeline: String)
}
