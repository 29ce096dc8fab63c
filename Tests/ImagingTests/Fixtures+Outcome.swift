import Imaging
import Telemetry

extension Fixtures {
    /// What decoding `bytes` gives.
    static func outcome(of bytes: [UInt8], pool: PixelBufferPool = pool) -> Result<PixelBuffer, ImagingError> {
        do throws(ImagingError) {
            return .success(try ImageDecoder().decode(bytes, into: pool))
        } catch {
            return .failure(error)
        }
    }

    static func error(_ outcome: Result<PixelBuffer, ImagingError>) -> ImagingError? {
        if case .failure(let error) = outcome { error } else { nil }
    }

    static func code(_ outcome: Result<PixelBuffer, ImagingError>) -> ImagingError.Code? { error(outcome)?.code }

    static func message(_ outcome: Result<PixelBuffer, ImagingError>) -> String? { error(outcome)?.message }

    /// A PNG of nothing but the header chunk, 8-bit RGB.
    static func pngHeader(width: UInt32, height: UInt32) -> [UInt8] {
        let body: [UInt8] = Array("IHDR".utf8) + bigEndian(width) + bigEndian(height) + [8, 2, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + bigEndian(13) + body + bigEndian(crc32(body))
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
    }
}
