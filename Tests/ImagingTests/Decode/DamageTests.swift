import Imaging
import Testing

@Suite struct DamageTests {
    @Test func garbageInsideThePictureIsDamage() throws {
        for file in ["baseline-420.jpg", "progressive-420.jpg", "restart-420.jpg"] {
            var bytes = try Fixtures.image(file)
            let start = bytes.count / 2
            // A marker that has no place inside a scan.
            bytes.replaceSubrange(start..<(start + 4), with: [0xFF, 0xD3, 0xFF, 0xD3])
            #expect(Fixtures.code(Fixtures.outcome(of: bytes)) == .damaged, "\(file)")
        }
    }

    @Test func anEndMarkerInTheMiddleIsDamage() throws {
        for file in ["baseline-420.jpg", "progressive-420.jpg", "restart-420.jpg"] {
            let bytes = try Fixtures.image(file)
            let cut = Array(bytes[..<(bytes.count * 3 / 4)]) + [0xFF, 0xD9]
            #expect(Fixtures.code(Fixtures.outcome(of: cut)) == .damaged, "\(file)")
        }
    }

    @Test(arguments: ["baseline-420.jpg", "progressive-420.jpg", "restart-420.jpg", "grey.jpg", "cmyk.jpg"])
    func fillingBeforeTheEndMarkerIsNoDamage(_ file: String) throws {
        let bytes = try Fixtures.image(file)
        let filled = Array(bytes.dropLast(2)) + [UInt8](repeating: 0, count: 64) + [0xFF, 0xD9]
        let image = try ImageDecoder().decode(filled, into: Fixtures.pool)
        let plain = try ImageDecoder().decode(bytes, into: Fixtures.pool)
        #expect(Fixtures.digest(image) == Fixtures.digest(plain))
    }

    @Test func zerosBetweenScansAreFillingAndAnythingElseIsWhatADecoderLeft() throws {
        for file in ["progressive-420.jpg", "scans-420.jpg"] {
            let bytes = try Fixtures.image(file)
            let plain = try ImageDecoder().decode(bytes, into: Fixtures.pool)
            let scan = try #require(bytes.indices.dropLast().last { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
            let filled = bytes[..<scan] + [UInt8](repeating: 0, count: 64) + bytes[scan...]
            let image = try ImageDecoder().decode(Array(filled), into: Fixtures.pool)
            #expect(Fixtures.digest(image) == Fixtures.digest(plain))
            let leftovers = bytes[..<scan] + [UInt8](repeating: 0x5A, count: 64) + bytes[scan...]
            #expect(Fixtures.code(Fixtures.outcome(of: Array(leftovers))) == .damaged)
        }
    }

    @Test func fillingDoesNotHideRestartsThatAreMissing() throws {
        let bytes = try Fixtures.image("restart-420.jpg")
        let restarts = bytes.indices.dropLast().filter { bytes[$0] == 0xFF && (0xD0...0xD7).contains(bytes[$0 + 1]) }
        let half = restarts[restarts.count / 2]
        // libjpeg's first warning here is the harmless one about bytes before the end marker.
        let cut = Array(bytes[..<half]) + [UInt8](repeating: 0, count: 64) + [0xFF, 0xD9]
        #expect(Fixtures.code(Fixtures.outcome(of: cut)) == .damaged)
    }

    @Test func thousandsOfScansAreRefused() throws {
        let bytes = try Fixtures.image("progressive-420.jpg")
        let scan = try #require(bytes.indices.dropLast().last { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
        var long = Array(bytes.dropLast(2))
        for _ in 0..<1000 { long += bytes[scan...].dropLast(2) }
        long += [0xFF, 0xD9]
        let outcome = Fixtures.outcome(of: long)
        #expect(Fixtures.code(outcome) == .tooMuchWork)
        #expect(Fixtures.message(outcome) == "it has more than 100 scans")
    }

    @Test(arguments: ["rgb-8.png", "palette-4-transparent.png", "rgb-8-key-gamma.png"])
    func aPNGChunkWithAWrongChecksumIsDamage(_ file: String) throws {
        let whole = try Fixtures.image(file)
        var chunk = 8
        while chunk < whole.count {
            let length = whole[chunk..<(chunk + 4)].reduce(0) { $0 << 8 | Int($1) }
            var bytes = whole
            bytes[chunk + 8 + length] ^= 1
            #expect(Fixtures.code(Fixtures.outcome(of: bytes)) == .damaged, "chunk at \(chunk)")
            chunk += length + 12
        }
        #expect(chunk == whole.count)
    }

    @Test func noSingleChangedByteCrashes() throws {
        for file in ["baseline-420.jpg", "progressive-420.jpg", "cmyk.jpg", "rgb-8-interlaced.png", "palette-4.png"] {
            let whole = try Fixtures.image(file)
            let decoder = ImageDecoder(limits: DecodingLimits(pixels: 1_000_000))
            for index in whole.indices {
                var bytes = whole
                bytes[index] ^= UInt8(truncatingIfNeeded: index &* 37 | 1)
                // Some changes are invisible to any decoder; what counts is that the size stays within the limit.
                if let image = try? decoder.decode(bytes, into: Fixtures.pool) {
                    #expect(image.byteCount <= 3_000_000)
                }
            }
        }
    }
}
