import Testing

@testable import Imaging

@Suite("What cameras write beside the pixels")
struct ImageMetadataTests {
    /// A directory entry: tag, kind, count, value.
    private typealias Entry = (tag: Int, kind: Int, count: Int, value: Int)

    private static func number(_ value: Int, _ count: Int, big: Bool) -> [UInt8] {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        return big ? bytes.reversed() : bytes
    }

    /// A TIFF with a main directory, a camera's directory, and the text of a time behind both.
    private static func tiff(big: Bool, time: String = "2022:06:22 00:04:59", orientation: Int = 6) -> [UInt8] {
        func directory(_ entries: [Entry]) -> [UInt8] {
            entries.reduce(into: number(entries.count, 2, big: big)) { bytes, entry in
                bytes += number(entry.tag, 2, big: big) + number(entry.kind, 2, big: big)
                bytes += number(entry.count, 4, big: big)
                let value = number(entry.value, entry.kind == 3 ? 2 : 4, big: big)
                bytes += value + [UInt8](repeating: 0, count: 4 - value.count)
            } + [0, 0, 0, 0]
        }
        let main: [Entry] = [(0x0112, 3, 1, orientation), (0x8769, 4, 1, 8 + 30)]
        let camera: [Entry] = [(0x9003, 2, 20, 8 + 30 + 18)]
        let mark: [UInt8] = big ? [0x4D, 0x4D, 0, 0x2A] : [0x49, 0x49, 0x2A, 0]
        return mark + number(8, 4, big: big) + directory(main) + directory(camera) + Array(time.utf8) + [0]
    }

    private static func jpeg(_ tiff: [UInt8]) -> [UInt8] {
        let payload = Array("Exif\0\0".utf8) + tiff
        let jfif: [UInt8] = [0xFF, 0xE0, 0, 4, 0, 0]
        return [0xFF, 0xD8] + jfif + [0xFF, 0xE1] + number(payload.count + 2, 2, big: true) + payload + [
            0xFF, 0xDA, 0, 2,
        ]
    }

    @Test("Time and orientation are read of JPEG and TIFF, in both orders of bytes", arguments: [false, true])
    func read(big: Bool) {
        for file in [Self.tiff(big: big), Self.jpeg(Self.tiff(big: big))] {
            let metadata = ImageMetadata(of: file)
            #expect(metadata.capturedAt?.description == "2022-06-22T00:04:59")
            #expect(metadata.orientation == 6)
        }
    }

    @Test("A clock that was never set is no time, and an orientation that is none is upright")
    func nonsense() {
        for time in [
            "0000:00:00 00:00:00", "1970:01:01 00:00:00", "2022:02:30 00:00:00", "2022:06:22 24:00:00",
            "                   ",
        ] {
            #expect(ImageMetadata(of: Self.jpeg(Self.tiff(big: true, time: time))).capturedAt == nil)
        }
        #expect(ImageMetadata(of: Self.tiff(big: false, orientation: 9)).orientation == 1)
    }

    @Test("Whatever is cut off or overwritten, reading ends")
    func hostile() {
        let file = Self.jpeg(Self.tiff(big: true))
        for length in 0...file.count { _ = ImageMetadata(of: Array(file.prefix(length))) }
        for place in file.indices {
            for byte: UInt8 in [0, 0x7F, 0xFF] {
                var bytes = file
                bytes[place] = byte
                _ = ImageMetadata(of: bytes)
            }
        }
        #expect(ImageMetadata(of: []).capturedAt == nil)
        #expect(ImageMetadata(of: Array("<html>".utf8)).orientation == 1)
    }

    @Test("Endings of names promise a format in any letters")
    func endings() {
        #expect(ImageFormat(fileName: "IMG_0001.JPG") == .jpeg)
        #expect(ImageFormat(fileName: "a.b.tiff") == .tiff)
        for name in ["jpg", "a.txt", "a.jpg.part", "a.", ""] { #expect(ImageFormat(fileName: name) == nil) }
        #expect(Set(ImageFormat.allCases.flatMap(\.fileExtensions)).count == 8)
    }
}
