import Telemetry

/// The marker segments of a JPEG up to its first scan (ISO/IEC 10918-1, annex B).
///
/// Read here and not by the library because this takes no memory, names what the library cannot decode, and tells a
/// header that is cut off from one that is wrong.
struct JPEGHeader: Equatable {
    private(set) var width = 0
    private(set) var height = 0
    private(set) var components = 0
    private var isProgressive = false
    /// Of the first scan.
    private var componentsInScan = 0
    private var colour = JPEGColour()
    /// Where the entropy-coded data of the first scan begins; nil when the data ends before.
    private(set) var firstScan: Int?

    /// Where libjpeg ends, a little below what 16 bits hold.
    private static let longestSide = 65_500
    private static let operation = OperationName("jpeg_header.read", "JPEG header")

    init(parsing bytes: UnsafeRawBufferPointer) throws(ImagingError) {
        var segments = JPEGSegments(bytes: bytes, position: 2)
        while let segment = try segments.next() {
            switch segment.marker {
            case 0xC0...0xCF where ![0xC4, 0xC8, 0xCC].contains(segment.marker):
                try readFrame(segment)
            case 0xE0, 0xEE:
                colour.read(segment)
            case 0xDA:
                componentsInScan = Int(segment.payload.first ?? 0)
                firstScan = segments.position
            case 0xD9:
                throw Self.damaged("the file ends before it holds an image")
            default:
                break
            }
            if firstScan != nil { break }
        }
        guard components > 0 else {
            guard firstScan == nil else { throw Self.damaged("picture data comes before the picture's size") }
            throw ImagingError(.truncated, operation: Self.operation, message: "the file ends inside its header")
        }
    }

    /// How the decoded pixels will lie.
    var layout: PixelLayout { colour.layout(width: width) }

    /// Bytes of coefficients that libjpeg keeps until the last scan is read; zero for a file of one scan, which it decodes as it goes.
    ///
    /// Not only of progressive files: a scan that leaves components out has others after it.
    var coefficientByteCount: Int {
        guard isProgressive || componentsInScan < components else { return 0 }
        let across = colour.samplings.map(\.across).max() ?? 1
        let down = colour.samplings.map(\.down).max() ?? 1
        return colour.samplings.reduce(0) { sum, sampling in
            // Whole blocks of 8 × 8, and whole MCUs of those.
            let columns = (width * sampling.across).dividedRoundingUp(by: across * 8).roundedUp(to: sampling.across)
            let rows = (height * sampling.down).dividedRoundingUp(by: down * 8).roundedUp(to: sampling.down)
            return sum + columns * rows * 64 * MemoryLayout<Int16>.size
        }
    }

    /// Bytes of a picture of four components before it becomes RGB.
    var cmykByteCount: Int { components == 4 ? width * height * 4 : 0 }

    private mutating func readFrame(_ segment: JPEGSegments.Segment) throws(ImagingError) {
        let payload = segment.payload
        guard components == 0 else { throw Self.damaged("two pictures in one header") }
        guard payload.count >= 6, payload.count >= 6 + 3 * Int(payload[payload.startIndex + 5]) else {
            throw Self.damaged("the frame header is too short")
        }
        switch segment.marker {
        case 0xC0, 0xC1, 0xC9: isProgressive = false
        case 0xC2, 0xCA: isProgressive = true
        case 0xC3, 0xCB: throw Self.unsupported("lossless JPEG")
        default: throw Self.unsupported("hierarchical JPEG")
        }
        let precision = payload[payload.startIndex]
        guard precision == 8 else { throw Self.unsupported("JPEG of \(precision) bits a sample") }
        height = payload.bigEndian16(at: 1)
        width = payload.bigEndian16(at: 3)
        guard width > 0, height > 0 else {
            throw ImagingError(.zeroSize, operation: Self.operation, message: "\(width) × \(height) pixels")
        }
        guard max(width, height) <= Self.longestSide else {
            throw Self.unsupported("JPEG of \(width) × \(height) pixels, with a side above \(Self.longestSide),")
        }
        let count = Int(payload[payload.startIndex + 5])
        guard [1, 3, 4].contains(count) else { throw Self.unsupported("JPEG of \(count) components") }
        components = count
        try readSampling(payload.dropFirst(6).prefix(3 * count))
    }

    private mutating func readSampling(_ descriptions: Slice<UnsafeRawBufferPointer>) throws(ImagingError) {
        for offset in stride(from: descriptions.startIndex + 1, to: descriptions.endIndex, by: 3) {
            let across = Int(descriptions[offset] >> 4)
            let down = Int(descriptions[offset] & 15)
            guard (1...4).contains(across), (1...4).contains(down) else {
                throw Self.damaged("sampling factors \(across) × \(down)")
            }
            colour.identifiers.append(descriptions[offset - 1])
            colour.samplings.append(JPEGColour.Sampling(across: across, down: down))
        }
    }

    private static func damaged(_ message: String) -> ImagingError {
        ImagingError(.damaged, operation: operation, message: message)
    }

    private static func unsupported(_ what: String) -> ImagingError {
        ImagingError(.unsupportedFormat, operation: operation, message: "\(what) is not supported")
    }
}

extension Slice<UnsafeRawBufferPointer> {
    /// The number in the two bytes at `offset` from the start of the slice.
    func bigEndian16(at offset: Int) -> Int {
        Int(self[startIndex + offset]) << 8 | Int(self[startIndex + offset + 1])
    }
}

extension Int {
    func dividedRoundingUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }
    func roundedUp(to multiple: Int) -> Int { dividedRoundingUp(by: multiple) * multiple }
}
