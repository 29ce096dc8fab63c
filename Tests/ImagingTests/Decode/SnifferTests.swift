import Imaging
import Telemetry
import Testing

@Suite struct SnifferTests {
    @Test(arguments: [
        ([0, 0, 1, 0, 1, 0, 16, 16], "ICO is not supported; JPEG, PNG, WebP, TIFF, BMP and GIF are"),
        ([0xFF, 0x0A, 0, 0], "JPEG XL is not supported; JPEG, PNG, WebP, TIFF, BMP and GIF are"),
        ([0, 0, 0, 24] + Array("ftypheic".utf8), "HEIC is not supported; JPEG, PNG, WebP, TIFF, BMP and GIF are"),
        ([0, 0, 0, 24] + Array("ftypavif".utf8), "AVIF is not supported; JPEG, PNG, WebP, TIFF, BMP and GIF are"),
    ])
    func otherFormatsAreNamed(_ bytes: [UInt8], _ message: String) {
        let outcome = Fixtures.outcome(of: bytes)
        #expect(Fixtures.code(outcome) == .unsupportedFormat)
        #expect(Fixtures.message(outcome) == message)
    }

    @Test(arguments: [
        ("<!DOCTYPE html><html><body>404</body></html>", "this is an HTML page, not an image"),
        ("\u{FEFF}\n  <HTML lang=en>", "this is an HTML page, not an image"),
        ("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", "this is an XML document, not an image"),
        ("<?xml version=\"1.0\"?><svg></svg>", "this is an SVG drawing, not a photograph"),
        ("{\"detail\": \"Not found.\"}", "this is a JSON document, not an image"),
        ("Not found\n", "this is plain text, not an image"),
        ("%PDF-1.7\n", "this is a PDF document, not an image"),
    ])
    func otherBodiesAreNamed(_ text: String, _ message: String) {
        let outcome = Fixtures.outcome(of: Array(text.utf8))
        #expect(Fixtures.code(outcome) == .notAnImage)
        #expect(Fixtures.message(outcome) == message)
    }

    @Test func anEmptyBodyIsCalledEmpty() {
        #expect(Fixtures.code(Fixtures.outcome(of: [])) == .empty)
    }

    @Test func unknownBytesAreShown() {
        let outcome = Fixtures.outcome(of: [0x00, 0x0F, 0xA0, 0xFF, 1, 2, 3, 4, 5])
        #expect(Fixtures.code(outcome) == .notAnImage)
        #expect(Fixtures.message(outcome) == "this is no known image; it starts with 00 0F A0 FF 01 02 03 04")
    }

    @Test func variantsOfJPEGThatAreNotReadAreNamed() throws {
        let bytes = try Fixtures.image("baseline-420.jpg")
        let frame = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
        for (marker, message) in [
            (0xC3, "lossless JPEG is not supported"), (0xC5, "hierarchical JPEG is not supported"),
        ] {
            var changed = bytes
            changed[frame + 1] = UInt8(marker)
            let outcome = Fixtures.outcome(of: changed)
            #expect(Fixtures.code(outcome) == .unsupportedFormat)
            #expect(Fixtures.message(outcome) == message)
        }
        var deep = bytes
        deep[frame + 4] = 12
        #expect(Fixtures.message(Fixtures.outcome(of: deep)) == "JPEG of 12 bits a sample is not supported")
    }

    @Test func anErrorReadsAsASentenceAndIsNotRetried() throws {
        let error = try #require(Fixtures.error(Fixtures.outcome(of: [])))
        #expect(error.description == "read image: the body is empty")
        #expect(!error.isRetriable)
        let native = ImagingError(.damaged, operation: "decode PNG", message: "damaged: bad block", nativeCode: 40)
        #expect(native.description == "decode PNG: damaged: bad block (40)")
    }
}
