internal import HummingbirdCore
internal import NIOCore

/// Where a body is written to.
package struct BodyWriter {
    private var base: any ResponseBodyWriter

    init(_ base: any ResponseBodyWriter) {
        self.base = base
    }

    /// Writes a piece, once the client has taken enough of what was written before.
    ///
    /// - Throws: When the client has gone away.
    @concurrent package mutating func write(_ bytes: some Sequence<UInt8> & Sendable) async throws {
        try await base.write(ByteBuffer(bytes: bytes))
    }

    @concurrent consuming func finish() async throws {
        try await base.finish(nil)
    }
}
