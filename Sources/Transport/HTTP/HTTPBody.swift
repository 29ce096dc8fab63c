/// The body of an answer as it comes: unpacked where the server has packed it, and never longer than allowed.
struct HTTPBody {
    /// Why no more of a body is taken.
    enum Refusal: Error, Equatable {
        /// More bytes than allowed, counted after unpacking.
        case tooLarge
        /// The bytes are not packed as the header says.
        case damaged
        /// Packed as nobody asked for, or more than once.
        case unknownPacking(String)
    }

    /// The most bytes; a packed body is counted when it is unpacked.
    let limit: Int
    private var bytes: [UInt8] = []
    private var inflater: Inflater?

    /// An empty body.
    init(limit: Int) {
        self.limit = limit
    }

    /// How many bytes there are.
    var count: Int { bytes.count }

    /// Whether a packed body has come to its end; always true of a plain one, whose length libcurl checks.
    var isComplete: Bool { inflater?.isComplete ?? true }

    /// Looks at the header section, before the first byte is taken.
    ///
    /// - Throws: ``Refusal/unknownPacking(_:)``.
    mutating func begin(_ headers: HTTPHeaders, announced: Int64) throws(Refusal) {
        if let coding = try Self.coding(of: headers) { inflater = Inflater(coding) }
        // Memory that is reserved but not written costs nothing.
        bytes.reserveCapacity(min(limit, max(0, Int(clamping: announced))))
    }

    /// Takes bytes as they came over the wire.
    mutating func take(_ wire: UnsafeRawBufferPointer) throws(Refusal) {
        guard let inflater else { return try append(wire) }
        var refusal: Refusal?
        do throws(Inflater.Damage) {
            try inflater.unpack(wire) { unpacked in
                do throws(Refusal) {
                    try append(unpacked)
                    return true
                } catch {
                    refusal = error
                    return false
                }
            }
        } catch {
            throw .damaged
        }
        if let refusal { throw refusal }
    }

    /// Hands the bytes over, without a copy; none are left.
    mutating func takeBytes() -> [UInt8] {
        var whole: [UInt8] = []
        swap(&whole, &bytes)
        return whole
    }

    private mutating func append(_ more: UnsafeRawBufferPointer) throws(Refusal) {
        guard more.count <= limit - bytes.count else { throw .tooLarge }
        bytes.append(contentsOf: more)
    }

    /// The packing that has to be undone.
    ///
    /// Servers write other things into the field as well (`binary`, `utf-8`, `aws-chunked`): they say nothing about the bytes.
    private static func coding(of headers: HTTPHeaders) throws(Refusal) -> Inflater.Coding? {
        let names = headers.lazy.filter { $0.name.lowercased() == "content-encoding" }
            .flatMap { $0.value.lowercased().split(whereSeparator: { $0 == "," || $0 == " " || $0 == "\t" }) }
        var coding: Inflater.Coding?
        for name in names.prefix(16) {
            let next: Inflater.Coding
            switch name {
            case "gzip", "x-gzip": next = .gzip
            case "deflate": next = .deflate
            case "br", "zstd", "compress", "x-compress", "dcb", "dcz": throw .unknownPacking(String(name))
            default: continue
            }
            guard coding == nil else { throw .unknownPacking("\(name), more than once") }
            coding = next
        }
        return coding
    }
}
