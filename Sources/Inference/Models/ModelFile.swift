import Glibc

/// What a model's file shows before a runtime is asked: runtimes have one sentence for all that they cannot read.
///
/// A model is a message of protocol buffers, and nearly all of it is one field, the graph, which is passed over here.
enum ModelFile {
    /// How the text begins that Git leaves where it has not fetched a large file.
    private static let pointer = Array("version https://git-lfs".utf8)
    /// A model has a handful of fields; what has more is none, or the runtime's business.
    private static let mostFields = 1_024
    /// The field of the message in which an entry of the metadata is, and the longest entry that is looked at.
    private static let metadata: (field: UInt64, mostBytes: Int) = (14, 1_024)

    /// Why the file of a path can be no model, in a sentence; nil when nothing is seen, or there is no such file.
    static func problem(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            return errno == EACCES ? "\(path) cannot be read: \(String(cString: strerror(EACCES)))" : nil
        }
        defer { close(descriptor) }
        guard let size = size(of: descriptor) else { return nil }
        if size == 0 { return "\(path) is empty" }
        if bytes(of: descriptor, at: 0, count: pointer.count) == pointer {
            return "\(path) is a Git LFS pointer in the place of the model: run git lfs pull"
        }
        guard let needed = walk(descriptor, size: size), needed > size else { return nil }
        return "\(path) is cut off: it has \(size) bytes and should have \(needed) or more. Copy or download it again"
    }

    /// The value of an entry of the model's metadata; nil when there is no such entry, or no such model.
    static func metadata(_ key: String, of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard let size = size(of: descriptor) else { return nil }
        var found: String?
        _ = walk(descriptor, size: size) { field, place in
            guard field == metadata.field, place.count <= metadata.mostBytes, place.upperBound <= size else { return }
            let entry = entry(bytes(of: descriptor, at: place.lowerBound, count: place.count)[...])
            if entry[1] == key { found = entry[2] }
        }
        return found
    }

    /// The texts of an entry by their fields: 1 is its key, 2 its value.
    private static func entry(_ bytes: ArraySlice<UInt8>) -> [UInt64: String] {
        var (rest, texts) = (bytes, [UInt64: String]())
        while let key = varint(&rest), key & 7 == 2, let length = varint(&rest), length <= rest.count {
            texts[key >> 3] = String(decoding: rest.prefix(Int(length)), as: UTF8.self)
            rest = rest.dropFirst(Int(length))
        }
        return texts
    }

    /// Goes from field to field by the lengths that they announce.
    ///
    /// - Parameters:
    ///   - descriptor: The file.
    ///   - size: The file's.
    ///   - visit: Told of every field that has a length, with its number and the place of its contents, which may be behind the file's end.
    /// - Returns: The least size that the file should have; nil when it is nothing of the kind of an ONNX model.
    private static func walk(
        _ descriptor: Int32,
        size: Int,
        visit: (UInt64, Range<Int>) -> Void = { _, _ in }
    ) -> Int? {
        var offset = 0
        for _ in 0..<mostFields where offset < size {
            // A key and a length have ten bytes at most each.
            var head = bytes(of: descriptor, at: offset, count: 20)[...]
            let available = head.count
            guard let key = varint(&head) else { return offset + available < size ? nil : size + 1 }
            switch key & 7 {
            case 0:
                guard varint(&head) != nil else { return size + 1 }
                offset += available - head.count
            case 1: offset += available - head.count + 8
            case 2:
                guard let length = varint(&head).flatMap(Int.init(exactly:)) else { return nil }
                let start = offset + available - head.count
                let (end, overflows) = start.addingReportingOverflow(length)
                guard !overflows else { return nil }
                visit(key >> 3, start..<end)
                offset = end
            case 5: offset += available - head.count + 4
            default: return nil
            }
        }
        return offset
    }

    /// Takes a number from the front; nil when it does not end.
    private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = bytes.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    private static func size(of descriptor: Int32) -> Int? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    private static func bytes(of descriptor: Int32, at offset: Int, count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let length = pread(descriptor, &bytes, count, off_t(offset))
        return Array(bytes.prefix(max(0, length)))
    }
}
