/// How numbers are computed with.
package enum Precision: String, Sendable, CaseIterable {
    /// As the models were trained: 32-bit floating point.
    case full
    /// 16-bit floating point where the device has units for it, at about twice the speed: bfloat16 on a processor, IEEE half on a GPU.
    ///
    /// Results differ slightly from those of full precision; docs/models.md says by how much.
    case half
    /// Half precision in what names insects, filter and classifiers, and full in the detector: boxes stay what they are.
    case mixed

    /// That of the detector.
    var ofDetector: Precision { self == .half ? .half : .full }

    /// That of filter and classifiers.
    var ofClassifiers: Precision { self == .full ? .full : .half }
}
