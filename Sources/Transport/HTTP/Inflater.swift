internal import CZlib

/// Unpacks a `gzip` or `deflate` body piece by piece, as it arrives.
///
/// Owns zlib's state; used by one thread at a time.
final class Inflater {
    /// How a body is packed.
    enum Coding: Sendable, Hashable {
        /// One gzip member or several, one after the other.
        case gzip
        /// zlib's format, or the bare one that some servers send under the same name.
        case deflate
    }

    /// The bytes are not what they were said to be.
    struct Damage: Error {}

    /// Window bits, by which zlib is told to read gzip's and zlib's header, or none.
    private static let withHeader: Int32 = 15 + 32
    private static let bare: Int32 = -15

    private let coding: Coding
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let output = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 64 << 10)
    private var isReady = false
    /// Whether nothing is missing: the last member, or the one stream, has ended.
    private(set) var isComplete = false

    init(_ coding: Coding) {
        self.coding = coding
        stream.initialize(to: z_stream())
    }

    deinit {
        if isReady { inflateEnd(stream) }
        stream.deallocate()
        output.deallocate()
    }

    /// Unpacks more bytes.
    ///
    /// - Parameters:
    ///   - packed: The next bytes of the body.
    ///   - take: Given what came out, in pieces of bounded size; `false` ends the unpacking.
    /// - Throws: ``Damage``; nothing more can be unpacked then.
    func unpack(_ packed: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) -> Bool) throws(Damage) {
        guard let start = packed.baseAddress, let first = packed.first else { return }
        if !isReady { try begin(first) }
        // zlib promises not to write to its input.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: start.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(clamping: packed.count)
        while true {
            if isComplete {
                // What follows may be another member of gzip; anything else behind the end is padding.
                let left = Int(stream.pointee.avail_in)
                guard coding == .gzip, left > 0, packed[packed.count - left] == 0x1F else { return }
                guard inflateReset(stream) == Z_OK else { throw Damage() }
                isComplete = false
            }
            stream.pointee.next_out = output.baseAddress
            stream.pointee.avail_out = UInt32(clamping: output.count)
            let status = inflate(stream, Z_NO_FLUSH)
            // Z_BUF_ERROR: nothing more goes in and nothing comes out until the next piece of the body.
            guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else { throw Damage() }
            let count = output.count - Int(stream.pointee.avail_out)
            guard count == 0 || take(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(output)[..<count])) else {
                return
            }
            isComplete = status == Z_STREAM_END
            if !isComplete, status == Z_BUF_ERROR || (stream.pointee.avail_in == 0 && count < output.count) { return }
        }
    }

    private func begin(_ first: UInt8) throws(Damage) {
        // A zlib header's first byte names the method, 8; the bare format's says block type and length.
        let isBare = coding == .deflate && first & 0x0F != 8
        guard antenna_inflate_init(stream, isBare ? Self.bare : Self.withHeader) == Z_OK else { throw Damage() }
        isReady = true
    }
}
