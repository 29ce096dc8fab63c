import Imaging
import Telemetry
import Testing

@Suite struct TruncationTests {
    static let files = [
        "baseline-420.jpg", "baseline-444.jpg", "progressive-420.jpg", "progressive-444.jpg", "restart-420.jpg",
        "progressive-restart-420.jpg", "scans-420.jpg", "scans-444.jpg", "grey.jpg", "cmyk.jpg", "exif-rotated.jpg",
        "rgb-8.png", "rgb-8-interlaced.png", "palette-4-transparent.png",
        "grey-16.png", "pillow-rgb.png",
    ]

    @Test(arguments: files)
    func anImageCutAtAnyByteIsAnErrorUnlessOnlyItsEndIsMissing(_ file: String) throws {
        let whole = try Fixtures.image(file)
        let digest = Fixtures.digest(try ImageDecoder().decode(whole, into: Fixtures.pool))
        // The end marker of a JPEG, or the end chunk of a PNG.
        let endLength = file.hasSuffix(".png") ? 12 : 2
        for length in whole.indices {
            switch Fixtures.outcome(of: Array(whole[..<length])) {
            case .success(let image):
                #expect(length >= whole.count - endLength, "cut at \(length) of \(whole.count) gave a picture")
                #expect(Fixtures.digest(image) == digest)
            case .failure(let error):
                #expect(length < whole.count - endLength, "cut at \(length) of \(whole.count): \(error)")
                #expect([.empty, .truncated, .damaged].contains(error.code), "cut at \(length): \(error)")
            }
        }
    }

    @Test(arguments: files)
    func anImageCutInItsSecondHalfIsCalledTruncated(_ file: String) throws {
        let whole = try Fixtures.image(file)
        let outcome = Fixtures.outcome(of: Array(whole[..<(whole.count * 3 / 4)]))
        #expect(Fixtures.code(outcome) == .truncated)
    }

    @Test func aHeaderIsReadFromABodyThatIsStillArriving() throws {
        let whole = try Fixtures.image("baseline-420.jpg")
        let header = try ImageDecoder().header(of: Array(whole.prefix(whole.count / 2)))
        #expect(header.width == 45)
        #expect(header.height == 35)
    }

    @Test func bytesBehindTheEndAreNotLookedAt() throws {
        for file in ["baseline-420.jpg", "progressive-420.jpg", "rgb-8.png"] {
            let whole = try Fixtures.image(file)
            let image = try ImageDecoder().decode(whole + [1, 2, 3, 0xFF, 0xD8, 0xFF], into: Fixtures.pool)
            let plain = try ImageDecoder().decode(whole, into: Fixtures.pool)
            #expect(Fixtures.digest(image) == Fixtures.digest(plain))
        }
    }
}
