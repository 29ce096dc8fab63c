/// One box of a successful result, in pixels of the stored image.
package struct SubmittedDetection: Sendable {
    /// Id of the image the box lies in.
    package let sourceImageID: String
    /// The corners: left, top, right, bottom; nil for a detection without a box.
    package let box: SIMD4<Double>?
    /// Key of the detector.
    package let algorithmKey: String
    /// The labels given, the last terminal one being the answer.
    package let classifications: [SubmittedClassification]

    /// The answer: the last terminal classification, or the last one.
    package var answer: SubmittedClassification? {
        classifications.last { $0.isTerminal } ?? classifications.last
    }
}
