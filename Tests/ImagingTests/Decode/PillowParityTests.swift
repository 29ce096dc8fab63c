import Foundation
import Imaging
import Testing

@Suite struct PillowParityTests {
    @Test(arguments: try Fixtures.manifest().fixtures)
    func pixelsAreThoseOfPillow(_ entry: Fixtures.Manifest.Entry) throws {
        let bytes = try Fixtures.image(entry.file)
        let decoder = ImageDecoder()

        let header = try decoder.header(of: bytes)
        #expect(header.width == entry.width)
        #expect(header.height == entry.height)
        let formats: [String: ImageFormat] = [
            "jpg": .jpeg, "png": .png, "webp": .webp, "tif": .tiff, "bmp": .bmp, "gif": .gif,
        ]
        #expect(header.format == formats[entry.file.split(separator: ".").last.map(String.init) ?? ""])

        let image = try decoder.decode(bytes, into: Fixtures.pool)
        #expect(image.width == entry.width)
        #expect(image.height == entry.height)
        #expect(Fixtures.digest(image) == entry.sha256)
    }

    @Test(.enabled(if: Fixtures.realImages != nil, "no folder of real images"), arguments: try Fixtures.manifest().real)
    func realImagesAreThoseOfPillow(_ entry: Fixtures.Manifest.Entry) throws {
        let folder = try #require(Fixtures.realImages)
        let bytes = try [UInt8](Data(contentsOf: folder.appending(path: entry.file)))
        let image = try ImageDecoder().decode(bytes, into: Fixtures.pool)
        #expect(image.width == entry.width)
        #expect(image.height == entry.height)
        #expect(Fixtures.digest(image) == entry.sha256)
    }
}
