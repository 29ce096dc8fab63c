import Imaging
import Testing

/// What stands around the picture's data and is wrong: no pixel depends on it, so the pixels are those of the clean file.
@Suite struct JPEGSurroundingsTests {
    static let files = [
        "baseline-420.jpg", "restart-420.jpg", "progressive-420.jpg", "progressive-restart-420.jpg", "scans-420.jpg",
        "scans-444.jpg", "grey.jpg", "grey-progressive.jpg", "cmyk.jpg", "ycck-420.jpg",
    ]

    private static func expectPixels(
        of clean: [UInt8],
        in bytes: [UInt8],
        _ comment: Comment,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let expected = try ImageDecoder().decode(clean, into: Fixtures.pool)
        switch Fixtures.outcome(of: bytes) {
        case .success(let image):
            #expect(Fixtures.digest(image) == Fixtures.digest(expected), comment, sourceLocation: sourceLocation)
        case .failure(let error):
            Issue.record("\(comment): \(error)", sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: files)
    func fillingBeforeAnySegment(_ file: String) throws {
        let clean = try JPEGPieces(Fixtures.image(file))
        let filling: [UInt8] = [0, 1, 2, 0xFF, 0, 0xFF, 0xFF, 0, 77]
        // Before the first segment it would not begin like a JPEG.
        for index in clean.segments.indices.dropFirst() {
            for bytes in [filling, [0], [UInt8](repeating: 0, count: 3_000)] {
                var pieces = clean
                pieces.segments[index].insert(contentsOf: bytes, at: 0)
                try Self.expectPixels(of: clean.bytes, in: pieces.bytes, "\(file), before segment \(index)")
            }
        }
    }

    @Test(arguments: files)
    func segmentsThatNobodyReads(_ file: String) throws {
        let clean = try JPEGPieces(Fixtures.image(file))
        var pieces = clean
        pieces.segments.insert([9, 9, 0xFF, 0xFE, 0, 6] + Array("text".utf8), at: 1)
        pieces.segments.insert([0xFF, 0xED, 0, 3, 0xFF], at: 2)
        try Self.expectPixels(of: clean.bytes, in: pieces.bytes, "\(file)")
    }

    @Test(arguments: [[2, 0], [3, 1], [0, 0], [255, 255]] as [[UInt8]])
    func oddVersionsOfJFIF(_ version: [UInt8]) throws {
        let clean = try JPEGPieces(Fixtures.image("baseline-420.jpg"))
        var pieces = clean
        pieces.segments[0].replaceSubrange(9..<11, with: version)
        try Self.expectPixels(of: clean.bytes, in: pieces.bytes, "\(version)")
        pieces.end = Array("trailer".utf8)
        try Self.expectPixels(of: clean.bytes, in: pieces.bytes, "\(version), and no end marker")
    }

    @Test(arguments: [2, 7, 68, 255] as [UInt8], ["baseline-420.jpg", "baseline-444.jpg", "progressive-420.jpg"])
    func unknownTransformsOfAdobe(_ transform: UInt8, _ file: String) throws {
        let clean = try JPEGPieces(Fixtures.image(file))
        var pieces = clean
        pieces.segments[0] = [0xFF, 0xEE, 0, 14] + Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, transform]
        try Self.expectPixels(of: clean.bytes, in: pieces.bytes, "\(transform)")
    }

    @Test(arguments: ["baseline-420.jpg", "grey.jpg", "restart-420.jpg"])
    func numbersThatASequentialScanHasNoUseFor(_ file: String) throws {
        let clean = try JPEGPieces(Fixtures.image(file))
        var pieces = clean
        let scan = pieces.segments.count - 1
        pieces.segments[scan][pieces.segments[scan].count - 2] = 0
        try Self.expectPixels(of: clean.bytes, in: pieces.bytes, "\(file)")
    }

    @Test(arguments: files)
    func whatFollowsTheLastScan(_ file: String) throws {
        let clean = try JPEGPieces(Fixtures.image(file))
        let end: [UInt8] = [0xFF, 0xD9]
        let whole = try Fixtures.image("baseline-444.jpg")
        let rests: [(String, [UInt8])] = [
            ("zeros", [UInt8](repeating: 0, count: 64) + end),
            ("bytes and stray restarts", [1, 2, 3, 0xFF, 0xD0, 0, 0xFF, 0xD7, 9, 0xFF, 0xD3] + end),
            ("a stray restart", [0xFF, 0xD4] + end),
            ("no end marker", []),
            ("half an end marker", [0xFF]),
            ("filling to the end", [UInt8](repeating: 0, count: 512)),
            ("filling of FF to the end", [UInt8](repeating: 0xFF, count: 512)),
            ("a trailer in words", Array("SEFH e5 trailer".utf8)),
            ("a trailer that looks like segments", [0xFF, 0xC4, 0, 1, 0xFF, 0xDB, 0, 200, 1, 2, 3]),
            ("another picture without an end before it", whole),
            ("another picture", end + whole),
            ("half of another picture", end + whole.prefix(whole.count / 2)),
        ]
        for (name, rest) in rests {
            var pieces = clean
            pieces.end = rest
            try Self.expectPixels(of: clean.bytes, in: pieces.bytes, "\(file), \(name)")
        }
    }

    @Test func aScanThatIsMissingIsNoMissingEndMarker() throws {
        for file in ["progressive-420.jpg", "progressive-restart-420.jpg", "grey-progressive.jpg", "scans-420.jpg"] {
            let bytes = try Fixtures.image(file)
            let scans = bytes.indices.dropLast().filter { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
            for scan in scans.dropFirst() {
                // Tables stand before a scan, and are a loss by themselves to nobody.
                #expect(Fixtures.code(Fixtures.outcome(of: Array(bytes[..<scan]))) == .truncated, "\(file) at \(scan)")
            }
        }
    }

    @Test func anArithmeticFileWithoutItsEndMayLackMore() throws {
        let bytes = try Fixtures.image("arithmetic-420.jpg")
        // Its decoder notices no byte that is missing.
        for count in [1, 2, 30, bytes.count / 3] {
            #expect(Fixtures.code(Fixtures.outcome(of: bytes.dropLast(count))) == .truncated, "\(count) bytes less")
        }
    }

    @Test func aComponentThatIsMissingIsDamage() throws {
        let bytes = try Fixtures.image("scans-444.jpg")
        let scan = try #require(bytes.indices.dropLast().last { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
        // The end marker is there, and says that this is all.
        #expect(Fixtures.code(Fixtures.outcome(of: bytes[..<scan] + [0xFF, 0xD9])) == .truncated)
    }
}

/// A JPEG taken apart: the segments before the data of its first scan, that data with all that follows, and the end marker.
struct JPEGPieces {
    var segments: [[UInt8]] = []
    var data: [UInt8] = []
    var end: [UInt8] = [0xFF, 0xD9]

    init(_ bytes: [UInt8]) throws {
        var position = 2
        var marker: UInt8 = 0
        while marker != 0xDA {
            try #require(position + 4 <= bytes.count)
            marker = bytes[position + 1]
            let length = 2 + Int(bytes[position + 2]) << 8 + Int(bytes[position + 3])
            segments.append(Array(bytes[position..<(position + length)]))
            position += length
        }
        data = bytes[position...].dropLast(2)
    }

    var bytes: [UInt8] { [0xFF, 0xD8] + segments.joined() + data + end }
}
