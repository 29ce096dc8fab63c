/// The colour space of a JPEG's three components, and how densely they are sampled, by libjpeg's rules.
struct JPEGColour: Equatable {
    /// Sampling factors of one component, across and down.
    struct Sampling: Equatable {
        let across: Int
        let down: Int
    }

    /// Of each component, in the order of the frame header.
    var samplings: [Sampling] = []
    /// Their identifiers in the frame header.
    var identifiers: [UInt8] = []
    private var hasJFIF = false
    private var adobeTransform: UInt8?

    /// Takes what an application segment tells.
    mutating func read(_ segment: JPEGSegments.Segment) {
        let payload = segment.payload
        if segment.marker == 0xE0, payload.count >= 14, payload.starts(with: Array("JFIF\0".utf8)) {
            hasJFIF = true
        } else if segment.marker == 0xEE, payload.count >= 12, payload.starts(with: Array("Adobe".utf8)) {
            adobeTransform = payload[payload.startIndex + 11]
        }
    }

    /// How the pixels of a picture of `width` will lie.
    ///
    /// Planes only where libjpeg would interpolate their chroma: in rows of four pixels and less it repeats it.
    func layout(width: Int) -> PixelLayout {
        let half = Sampling(across: 1, down: 1)
        let is420 = samplings == [Sampling(across: 2, down: 2), half, half]
        return is420 && isYCbCr && width > 4 ? .planes420 : .rgb
    }

    private var isYCbCr: Bool {
        if hasJFIF { return true }
        if let adobeTransform { return adobeTransform != 0 }
        return identifiers != Array("RGB".utf8)
    }
}
