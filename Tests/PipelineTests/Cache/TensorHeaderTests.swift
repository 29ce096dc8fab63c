import Imaging
import Pipeline
import TestSupport
import Testing

@Suite struct TensorHeaderTests {
    private let pixels = (0..<60).map { UInt8($0 * 4) }

    @Test func readsBackWhatWasWritten() throws {
        let header = pixels.withUnsafeBytes { TensorHeader(layout: .rgb, height: 4, width: 5, pixels: $0) }
        let bytes = header.encoded()
        #expect(bytes.count == TensorHeader.byteCount)
        #expect(Array(bytes.prefix(4)) == Array("ANTT".utf8))
        let read = try #require(bytes.withUnsafeBytes { TensorHeader(decoding: $0) })
        #expect(read == header)
        #expect(read.layout == .rgb)
        #expect(read.pixelByteCount == 60)
        #expect(pixels.withUnsafeBytes { read.describes($0) })
    }

    @Test(arguments: PixelLayout.allCases)
    func theLayoutIsReadBackAndTellsTheBytes(_ layout: PixelLayout) throws {
        for (height, width) in [(1, 1), (4, 5), (1 << 20, 1 << 20)] {
            let header = pixels.withUnsafeBytes {
                TensorHeader(layout: layout, height: height, width: width, pixels: $0)
            }
            let read = try #require(header.encoded().withUnsafeBytes { TensorHeader(decoding: $0) })
            #expect(read == header)
            #expect(read.pixelByteCount == layout.byteCount(height: height, width: width))
        }
    }

    @Test func aHeaderOfTheFirstVersionIsNone() {
        var bytes = pixels.withUnsafeBytes { TensorHeader(layout: .rgb, height: 4, width: 5, pixels: $0) }.encoded()
        bytes[4] = 1
        bytes[24] = 0
        #expect(bytes.withUnsafeBytes { TensorHeader(decoding: $0) } == nil)
    }

    @Test("What is missing of the picture is told in bytes that were zero before", arguments: [true, false])
    func damage(isSealed: Bool) throws {
        let header = pixels.withUnsafeBytes { bytes in
            isSealed
                ? TensorHeader(sealedLayout: .rgb, height: 4, width: 5, isDamaged: true)
                : TensorHeader(layout: .rgb, height: 4, width: 5, isDamaged: true, pixels: bytes)
        }
        var bytes = header.encoded()
        let read = try #require(bytes.withUnsafeBytes { TensorHeader(decoding: $0) })
        #expect(read == header && read.isDamaged)
        #expect(Array(bytes[26...]) == [1, 0, 0, 0, 0, 0])
        bytes[26] = 0
        #expect(bytes.withUnsafeBytes { TensorHeader(decoding: $0) }?.isDamaged == false)
    }

    @Test func aTruncatedHeaderIsNone() {
        let bytes = pixels.withUnsafeBytes { TensorHeader(layout: .rgb, height: 4, width: 5, pixels: $0) }.encoded()
        for count in 0..<bytes.count {
            #expect(bytes.prefix(count).withUnsafeBytes { TensorHeader(decoding: $0) } == nil)
        }
    }

    @Test(arguments: [0, 4, 6, 11, 15, 24, 25, 26, 27])
    func aHeaderOfAnotherKindIsNone(_ offset: Int) {
        var bytes = pixels.withUnsafeBytes { TensorHeader(layout: .rgb, height: 4, width: 5, pixels: $0) }.encoded()
        bytes[offset] ^= 0xFF
        #expect(bytes.withUnsafeBytes { TensorHeader(decoding: $0) } == nil)
    }

    @Test func everyChangedOrMissingByteOfPixelsIsFound() {
        let header = pixels.withUnsafeBytes { TensorHeader(layout: .rgb, height: 4, width: 5, pixels: $0) }
        for index in pixels.indices {
            var damaged = pixels
            damaged[index] ^= 1
            #expect(!damaged.withUnsafeBytes { header.describes($0) })
        }
        #expect(!pixels.dropLast().withUnsafeBytes { header.describes($0) })
    }

    @Test func aSealedHeaderTellsSoAndNoPixelsFitIt() throws {
        let header = TensorHeader(sealedLayout: .rgb, height: 4, width: 5)
        let read = try #require(header.encoded().withUnsafeBytes { TensorHeader(decoding: $0) })
        #expect(read == header && read.isSealed)
        #expect(!pixels.withUnsafeBytes { read.describes($0) })
    }

    @Test("A hundred thousand hostile headers are none, or of a size that can be reckoned with")
    func fuzz() async {
        let plain = pixels.withUnsafeBytes { TensorHeader(layout: .rgb, height: 4, width: 5, pixels: $0) }
        let sealed = TensorHeader(sealedLayout: .planes420, height: 1 << 20, width: 1 << 20)
        var read = 0
        await aside {
            for input in FuzzInputs(of: [plain.encoded(), sealed.encoded()], longest: 64) {
                guard let header = input.withUnsafeBytes({ TensorHeader(decoding: $0) }) else { continue }
                read += 1
                if !(1...1 << 20).contains(header.height) || !(1...1 << 20).contains(header.width)
                    || !(1...3 << 40).contains(header.pixelByteCount)
                {
                    Issue.record("\(input) is \(header)")
                }
                _ = input.withUnsafeBytes { header.describes($0) }
            }
        }
        #expect(read > 1_000)
    }
}
