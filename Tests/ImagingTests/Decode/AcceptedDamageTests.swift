import Imaging
import Telemetry
import Testing

/// `images.damaged` = `accept`: the part that is there.
@Suite struct AcceptedDamageTests {
    private static let accepting = ImageDecoder(damaged: .accept)

    private static func decode(_ bytes: [UInt8]) throws -> DecodedImage {
        try accepting.decode(bytes, header: try accepting.header(of: bytes), into: Fixtures.pool)
    }

    @Test(arguments: ["baseline-420.jpg", "restart-420.jpg", "baseline-444.jpg", "grey.jpg", "cmyk.jpg"])
    func theUpperPartOfAJPEGThatIsCutOffIsThere(_ file: String) throws {
        let bytes = try Fixtures.image(file)
        let whole = try ImageDecoder().decode(bytes, into: Fixtures.pool)
        let image = try Self.decode(Array(bytes.prefix(bytes.count * 3 / 4)))
        #expect(image.damage?.code == .truncated)
        #expect(image.pixels.height == 35 && image.pixels.width == 45)
        // Blocks of 16 rows, the last of which lends a row of chroma to those below.
        let rows = 45 * 3 * 7
        whole.withRGB { whole in
            image.pixels.withRGB { part in #expect(part.prefix(rows).elementsEqual(whole.prefix(rows))) }
        }
        #expect(Fixtures.digest(image.pixels) != Fixtures.digest(whole))
    }

    @Test(arguments: ["progressive-420.jpg", "progressive-444.jpg", "scans-420.jpg", "scans-444.jpg"])
    func theScansThatAreThereAreTaken(_ file: String) throws {
        let bytes = try Fixtures.image(file)
        let image = try Self.decode(Array(bytes.prefix(bytes.count * 3 / 4)))
        #expect(image.damage?.code == .truncated)
        #expect(image.pixels.height == 35 && image.pixels.width == 45)
    }

    @Test func whatCannotBeReadBehindAScanDoesNotTakeItAway() throws {
        let bytes = try Fixtures.image("progressive-444.jpg")
        let scans = bytes.indices.dropLast().filter { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
        var broken = bytes
        // The number of components of the third scan.
        broken[scans[2] + 4] = 9
        #expect(Fixtures.code(Fixtures.outcome(of: broken)) == .damaged)
        #expect(try Self.decode(broken).damage?.code == .damaged)
    }

    @Test(arguments: ["rgb-8.png", "grey-16.png", "palette-4.png"])
    func theUpperPartOfAPNGIsThereAndTheRestIsBlack(_ file: String) throws {
        let bytes = try Fixtures.image(file)
        let whole = try ImageDecoder().decode(bytes, into: Fixtures.pool)
        let image = try Self.decode(Array(bytes.prefix(bytes.count * 3 / 4)))
        #expect(image.damage?.code == .truncated)
        whole.withUnsafeBytes { whole in
            image.pixels.withUnsafeBytes { part in
                #expect(part.prefix(45 * 3).elementsEqual(whole.prefix(45 * 3)))
                #expect(part.suffix(45 * 3).allSatisfy { $0 == 0 })
            }
        }
    }

    @Test func anImageWithoutOnePixelIsStillAnError() throws {
        for file in ["baseline-420.jpg", "rgb-8.png"] {
            let bytes = try Fixtures.image(file)
            #expect(throws: ImagingError.self) { try Self.decode(Array(bytes.prefix(60))) }
        }
        #expect(throws: ImagingError.self) { try Self.decode(Array("<html>".utf8)) }
    }

    @Test func aGoodImageHasNoDamage() throws {
        for file in ["baseline-420.jpg", "progressive-444.jpg", "rgb-8.png"] {
            #expect(try Self.decode(Fixtures.image(file)).damage == nil)
        }
    }
}
