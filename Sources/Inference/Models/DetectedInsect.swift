/// An insect as a pipeline reports it.
package struct DetectedInsect: Sendable, Hashable {
    /// Where it is and how sure the detector is.
    package let detection: Detection
    /// The filter's word first, then those of the classifiers in their order; the filter's alone for what it turned away.
    package let classifications: [Classification]

    /// Makes an insect.
    package init(detection: Detection, classifications: [Classification]) {
        self.detection = detection
        self.classifications = classifications
    }

    /// Where it is.
    package var box: Box { detection.box }
}
