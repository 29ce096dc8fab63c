import Telemetry

/// Walks the marker segments of a JPEG.
struct JPEGSegments {
    struct Segment {
        let marker: UInt8
        /// Without the two bytes of its own length.
        let payload: Slice<UnsafeRawBufferPointer>
    }

    let bytes: UnsafeRawBufferPointer
    /// Where the next marker is looked for.
    private(set) var position: Int

    init(bytes: UnsafeRawBufferPointer, position: Int) {
        self.bytes = bytes
        self.position = position
    }

    /// The next segment, with an empty payload for a marker that stands alone; nil when the data ends first.
    ///
    /// Bytes that belong to no segment are skipped, as libjpeg does.
    mutating func next() throws(ImagingError) -> Segment? {
        guard let marker = nextMarker() else { return nil }
        guard !Self.standsAlone(marker) else { return Segment(marker: marker, payload: bytes[position..<position]) }
        guard position + 2 <= bytes.count else { return nil }
        let length = bytes[position...].bigEndian16(at: 0)
        guard length >= 2 else {
            throw ImagingError(
                .damaged,
                operation: OperationName("jpeg_header.read", "JPEG header"),
                message: "a segment of \(length) bytes"
            )
        }
        guard position + length <= bytes.count else { return nil }
        defer { position += length }
        return Segment(marker: marker, payload: bytes[(position + 2)..<(position + length)])
    }

    private mutating func nextMarker() -> UInt8? {
        while position + 1 < bytes.count {
            let marker = bytes[position + 1]
            // FF 00 is a data byte of FF, and FF FF is filling before a marker.
            if bytes[position] == 0xFF, marker != 0, marker != 0xFF {
                position += 2
                return marker
            }
            position += 1
        }
        return nil
    }

    private static func standsAlone(_ marker: UInt8) -> Bool {
        marker == 0x01 || (0xD0...0xD9).contains(marker)
    }
}
