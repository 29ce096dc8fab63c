import Imaging
import Telemetry
import Testing

/// WebP, TIFF, BMP and GIF: their pixels are held against Pillow's in `PillowParityTests`.
@Suite struct RareFormatTests {
    static let files = [
        "bmp-24.bmp", "bmp-24-top-down.bmp", "bmp-24-core.bmp", "bmp-16-masks.bmp", "bmp-1.bmp", "bmp-4.bmp",
        "bmp-runs-8.bmp", "bmp-runs-4.bmp", "plain.gif", "interlaced.gif", "offset.gif", "moving.gif", "lossy.webp",
        "lossy-alpha.webp", "lossless.webp", "moving.webp", "tiff-raw.tif", "tiff-lzw.tif", "tiff-jpeg.tif",
        "tiff-strips.tif", "tiff-planes.tif", "tiff-bilevel.tif",
    ]

    @Test(arguments: files)
    func anImageCutAtAnyByteIsAnErrorOrWhole(_ file: String) throws {
        let whole = try Fixtures.image(file)
        let digest = Fixtures.digest(try ImageDecoder().decode(whole, into: Fixtures.pool))
        for length in whole.indices {
            switch Fixtures.outcome(of: Array(whole[..<length])) {
            case .success(let image): #expect(Fixtures.digest(image) == digest, "cut at \(length) of \(whole.count)")
            case .failure(let error):
                let codes: [ImagingError.Code] = [.empty, .truncated, .damaged, .notAnImage]
                #expect(codes.contains(error.code), "cut at \(length): \(error)")
            }
        }
        let half = Fixtures.outcome(of: Array(whole.prefix(whole.count / 2)))
        // Half of a moving picture may hold its first one, and a TIFF's directory may stand at its end.
        #expect(file.hasPrefix("moving") || file.hasPrefix("tiff") || Fixtures.code(half) == .truncated)
    }

    @Test(arguments: ["bmp-24.bmp", "bmp-runs-8.bmp", "plain.gif", "interlaced.gif"])
    func theUpperPartIsTakenWhereThatIsAccepted(_ file: String) throws {
        let bytes = try Fixtures.image(file)
        let decoder = ImageDecoder(damaged: .accept)
        let cut = Array(bytes.prefix(bytes.count * 3 / 4))
        let image = try decoder.decode(cut, header: try decoder.header(of: cut), into: Fixtures.pool)
        #expect(image.damage?.code == .truncated)
        #expect(image.pixels.width == 45 && image.pixels.height == 35)
    }

    @Test func sizesAreCheckedBeforeMemoryIsTaken() throws {
        let pool = PixelBufferPool(maximumIdleBytes: 0)
        let sizes: [(String, Range<Int>)] = [
            ("bmp-24.bmp", 18..<26), ("plain.gif", 6..<10), ("bmp-24-core.bmp", 18..<22), ("lossless.webp", 21..<25),
        ]
        for (file, place) in sizes {
            var bytes = try Fixtures.image(file)
            for index in place { bytes[index] = index % 4 == 1 && file.hasPrefix("bmp-24.") ? 0x7F : 0xFE }
            #expect(Fixtures.code(Fixtures.outcome(of: bytes, pool: pool)) == .tooManyPixels, "\(file)")
            // A GIF without a screen has that of its first picture, and a lossless WebP counts from one.
            guard file.hasSuffix("bmp") else { continue }
            for index in place { bytes[index] = 0 }
            #expect(Fixtures.code(Fixtures.outcome(of: bytes, pool: pool)) == .zeroSize, "\(file)")
        }
        #expect(pool.statistics.allocations == 0)
    }

    @Test func aLosslessWebPAnnouncesItsWords() throws {
        #expect(try ImageDecoder().header(of: Fixtures.image("lossless.webp")).scratchByteCount == 45 * 35 * 4)
        #expect(try ImageDecoder().header(of: Fixtures.image("lossy.webp")).scratchByteCount == 0)
    }

    @Test func decodingEndsWithItsTime() throws {
        let decoder = ImageDecoder(limits: DecodingLimits(processorTime: .zero))
        for file in ["bmp-24.bmp", "bmp-8.bmp"] {
            let error = #expect(throws: ImagingError.self) {
                try decoder.decode(try Fixtures.image(file), into: Fixtures.pool)
            }
            #expect(error?.code == .tooMuchWork, "\(file)")
        }
    }

    @Test func noSingleChangedByteCrashes() throws {
        let decoder = ImageDecoder(limits: DecodingLimits(pixels: 1_000_000), damaged: .accept)
        for file in Self.files {
            let whole = try Fixtures.image(file)
            for index in whole.indices.prefix(2_000) {
                var bytes = whole
                bytes[index] ^= UInt8(truncatingIfNeeded: index &* 37 | 1)
                guard let header = try? decoder.header(of: bytes) else { continue }
                if let image = try? decoder.decode(bytes, header: header, into: Fixtures.pool) {
                    #expect(image.pixels.byteCount == header.pixelByteCount)
                }
            }
        }
    }
}
