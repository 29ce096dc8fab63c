/// The header section of an answer, taken line by line as it comes.
struct HTTPHeaderSection {
    /// A section larger than this is an attack or a fault.
    static let maximumBytes = 256 << 10

    /// The fields since the last status line: what came before belongs to a `100 Continue`, for instance.
    private(set) var headers: HTTPHeaders = [:]
    private var byteCount = 0

    /// Takes one line.
    ///
    /// Lines that are no field are passed over: the end of the section, a line that goes on with the one before, rubbish.
    ///
    /// - Parameter line: The line with its line break.
    /// - Returns: `false` once all lines together are too long.
    mutating func take(_ line: some Collection<UInt8>) -> Bool {
        guard line.count <= Self.maximumBytes - byteCount else { return false }
        byteCount += line.count
        if line.starts(with: "HTTP/".utf8) {
            headers = [:]
            return true
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return true }
        let name = line[..<colon]
        guard HTTPHeaders.Field.isToken(name) else { return true }
        headers.append(
            name: String(decoding: name, as: UTF8.self),
            value: Self.text(Self.trimmed(line[line.index(after: colon)...]))
        )
        return true
    }

    /// The bytes as text; of what is no UTF-8 the bytes beyond ASCII are percent-encoded, as they are needed in a `Location`.
    private static func text(_ bytes: some Collection<UInt8>) -> String {
        String(validating: bytes, as: UTF8.self)
            ?? String(decoding: percentEncoded(bytes) { $0 > 0x7F }, as: UTF8.self)
    }

    private static func trimmed<Bytes: Collection<UInt8>>(_ bytes: Bytes) -> [UInt8] {
        func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0D, 0x0A].contains(byte) }
        var rest = Array(bytes)[...]
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return Array(rest.drop(while: isBlank))
    }
}
