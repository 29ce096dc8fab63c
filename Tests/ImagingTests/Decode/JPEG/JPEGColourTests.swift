import Imaging
import Telemetry
import Testing

/// What the markers say of the colours decides how pixels lie, and never which pixels they are.
@Suite struct JPEGColourTests {
    /// A JPEG of 4:2:0 without the segments that tell its colours.
    private static func plain() throws -> [UInt8] {
        var bytes = try Fixtures.image("baseline-420.jpg")
        while let start = bytes.indices.dropLast(3).first(where: {
            bytes[$0] == 0xFF && [0xE0, 0xEE].contains(bytes[$0 + 1])
        }) {
            bytes.removeSubrange(start..<(start + 2 + Int(bytes[start + 2]) << 8 + Int(bytes[start + 3])))
        }
        return bytes
    }

    private static func adobe(_ transform: UInt8) -> [UInt8] {
        [0xFF, 0xEE, 0, 14] + Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, transform]
    }

    private static let jfif: [UInt8] = [0xFF, 0xE0, 0, 16] + Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0]

    /// Replaces the components' names, in the frame and in the scan.
    private static func renamed(_ bytes: [UInt8], _ names: String) throws -> [UInt8] {
        var bytes = bytes
        let frame = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
        let scan = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
        for (index, name) in names.utf8.enumerated() {
            bytes[frame + 10 + index * 3] = name
            bytes[scan + 5 + index * 2] = name
        }
        return bytes
    }

    private static func expect(_ bytes: [UInt8], _ layout: PixelLayout) throws {
        let image = try ImageDecoder().decode(bytes, into: Fixtures.pool)
        #expect(image.layout == layout)
        #expect(try PlanesTests.isAsDecodedInOneGo(image, bytes))
    }

    private static func with(_ segments: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
        Array(bytes.prefix(2)) + segments + bytes.dropFirst(2)
    }

    @Test func theMarkersAreReadAsLibjpegReadsThem() throws {
        let plain = try Self.plain()
        try Self.expect(plain, .planes420)
        try Self.expect(Self.with(Self.adobe(0), plain), .rgb)
        try Self.expect(Self.with(Self.adobe(1), plain), .planes420)
        try Self.expect(Self.with(Self.adobe(1) + Self.adobe(0), plain), .rgb)
        try Self.expect(Self.with(Self.jfif, plain), .planes420)
        try Self.expect(Self.with(Self.adobe(0) + Self.jfif, plain), .planes420)
        // Too short to be what their names say.
        try Self.expect(Self.with([0xFF, 0xEE, 0, 7] + Array("Adobe".utf8), plain), .planes420)
        try Self.expect(Self.with([0xFF, 0xE0, 0, 7] + Array("JFIF\0".utf8) + Self.adobe(0), plain), .rgb)
    }

    @Test func theNamesOfTheComponentsAreReadAsLibjpegReadsThem() throws {
        let named = try Self.renamed(try Self.plain(), "RGB")
        try Self.expect(named, .rgb)
        try Self.expect(Self.with(Self.jfif, named), .planes420)
        try Self.expect(Self.with(Self.adobe(1), named), .planes420)
        try Self.expect(try Self.renamed(try Self.plain(), "BGR"), .planes420)
        try Self.expect(try Self.renamed(try Self.plain(), "abc"), .planes420)
    }

    @Test func anUnknownTransformIsTakenForYCbCr() throws {
        let plain = try Self.plain()
        let expected = Fixtures.digest(try ImageDecoder().decode(plain, into: Fixtures.pool))
        for transform in [2, 7, 68] as [UInt8] {
            let image = try ImageDecoder().decode(Self.with(Self.adobe(transform), plain), into: Fixtures.pool)
            #expect(image.layout == .planes420)
            #expect(Fixtures.digest(image) == expected)
        }
    }

    @Test(arguments: ["baseline-420.jpg", "progressive-420.jpg", "rgb-no-transform.jpg", "baseline-422.jpg"])
    func noChangedByteMakesOtherPixelsThanInOneGo(_ file: String) throws {
        let whole = try Fixtures.image(file)
        let decoder = ImageDecoder(limits: DecodingLimits(pixels: 1_000_000))
        var count = 0
        for index in whole.indices {
            for change in [1, 0x10, 0xFF] as [UInt8] {
                var bytes = whole
                bytes[index] ^= change
                do throws(ImagingError) {
                    let image = try decoder.decode(bytes, into: Fixtures.pool)
                    guard let isSame = try? PlanesTests.isAsDecodedInOneGo(image, bytes) else { continue }
                    #expect(isSame, "byte \(index) ^ \(change)")
                    count += 1
                } catch {
                    #expect(!error.message.contains("two ways"), "byte \(index) ^ \(change)")
                }
            }
        }
        #expect(count > 0)
    }
}
