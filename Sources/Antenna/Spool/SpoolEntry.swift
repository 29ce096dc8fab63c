import Crypto
import FoundationEssentials
import JSON
import Pipeline
import Telemetry

/// A result as it lies on disk: a header, what is known of it as JSON, and the result's bytes.
///
/// Layout, numbers big-endian: magic `ANTSPOOL`, version (2 bytes), zeros (2), length of the description (4), length of the
/// result (8), SHA-256 over everything before and after it (32), description, result. SHA-256 rather than a CRC: the library is
/// there, an entry takes microseconds, and no damage of any size goes unseen.
struct SpoolEntry: Sendable, Equatable {
    static let magic = Array("ANTSPOOL".utf8)
    static let version: UInt16 = 1
    static let headerSize = 56
    static let digestOffset = 24
    /// No description is longer; a longer one is damage.
    static let maximumDescriptionSize = 64 << 10
    /// No result is longer; a longer file is not read.
    static let maximumResultSize = EncodedResult.mostBytes

    /// Which server the result is for: its base URL.
    let server: String
    let result: OutgoingResult

    /// The facts about a result that are known without reading it.
    struct Description: Equatable {
        var server: String
        var jobID: Int
        var replySubject: String
        var taskID: String
    }

    /// The lengths that a header tells.
    struct Lengths: Equatable {
        let description: Int
        let result: Int
        var file: Int { headerSize + description + result }
    }

    /// The entry's bytes.
    func encoded() -> [UInt8] {
        let description = Description(
            server: server,
            jobID: result.jobID,
            replySubject: result.replySubject,
            taskID: result.taskID
        )
        let json = description.json.encoded()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headerSize + json.count + result.json.count)
        bytes += Self.magic
        bytes += bigEndian(Self.version) + [0, 0]
        bytes += bigEndian(UInt32(json.count)) + bigEndian(UInt64(result.json.count))
        bytes += Self.digest(head: bytes[...], tail: [json[...], result.json[...]])
        bytes += json
        bytes += result.json
        return bytes
    }

    /// Reads a whole entry.
    ///
    /// - Throws: ``SpoolError`` with `damaged` unless every byte is as it was written.
    init(_ bytes: [UInt8]) throws(SpoolError) {
        let lengths = try Self.lengths(bytes[...])
        guard bytes.count == lengths.file else {
            throw Self.damage("has \(bytes.count) bytes instead of \(lengths.file)")
        }
        let tail = bytes[Self.headerSize...]
        let digest = Self.digest(head: bytes[..<Self.digestOffset], tail: [tail])
        guard bytes[Self.digestOffset..<Self.headerSize].elementsEqual(digest) else {
            throw Self.damage("does not match its checksum")
        }
        let description = try Self.description(tail.prefix(lengths.description))
        self.server = description.server
        self.result = OutgoingResult(
            jobID: description.jobID,
            replySubject: description.replySubject,
            taskID: description.taskID,
            json: Array(tail.dropFirst(lengths.description))
        )
    }

    init(server: String, result: OutgoingResult) {
        self.server = server
        self.result = result
    }

    /// Reads the lengths out of a header.
    static func lengths(_ bytes: ArraySlice<UInt8>) throws(SpoolError) -> Lengths {
        guard bytes.count >= headerSize else { throw damage("ends within its header") }
        let header = Array(bytes.prefix(headerSize))
        guard header.starts(with: magic) else { throw damage("is no spool entry") }
        guard number(header[8..<10]) == UInt64(version), header[10] == 0, header[11] == 0 else {
            throw damage("is of another version")
        }
        let description = number(header[12..<16])
        let result = number(header[16..<24])
        guard description <= maximumDescriptionSize, result <= maximumResultSize else {
            throw damage("claims an impossible length")
        }
        return Lengths(description: Int(description), result: Int(result))
    }

    /// Reads a description.
    static func description(_ bytes: ArraySlice<UInt8>) throws(SpoolError) -> Description {
        guard let json = try? JSONValue(parsing: Array(bytes)), let description = Description(json) else {
            throw damage("has no readable description")
        }
        return description
    }

    static func damage(_ what: String) -> SpoolError {
        SpoolError(.damaged, operation: "spool.read", message: "the entry \(what)")
    }

    private static func digest(head: ArraySlice<UInt8>, tail: [ArraySlice<UInt8>]) -> SHA256.Digest {
        var hash = SHA256()
        hash.update(data: head)
        for part in tail { hash.update(data: part) }
        return hash.finalize()
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}

private func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
}

extension SpoolEntry.Description {
    fileprivate init?(_ json: JSONValue) {
        guard let server = json["server"]?.string, let jobID = json["job_id"]?.int,
            let replySubject = json["reply_subject"]?.string, let taskID = json["task_id"]?.string
        else { return nil }
        self.init(server: server, jobID: jobID, replySubject: replySubject, taskID: taskID)
    }

    fileprivate var json: JSONValue {
        [
            "server": .string(server), "job_id": JSONValue(jobID), "reply_subject": .string(replySubject),
            "task_id": .string(taskID),
        ]
    }
}
