import Imaging
import JSON

/// Reads a category map: inline as `labels`, or from `labels_file` (a JSON list, or text with a label a line).
enum LabelList {
    /// More than there are species of insects to be told apart.
    private static let maximumCount = 100_000

    static func read(_ reader: inout ManifestReader, directory: String) -> [String]? {
        guard reader.has("labels") || reader.has("labels_file") else {
            reader.note("labels", "is missing; give labels or labels_file")
            return nil
        }
        if reader.has("labels"), reader.has("labels_file") {
            reader.note("labels", "and labels_file are both there; give one")
        }
        let inline = reader.strings("labels")
        let file = reader.string("labels_file").flatMap { reader.path($0, of: "labels_file", in: directory) }
            .flatMap { contents(of: $0, &reader) }
        guard let labels = inline ?? file else { return nil }
        check(labels, reader)
        return labels
    }

    private static func contents(of path: String, _ reader: inout ManifestReader) -> [String]? {
        guard let data = RegularFile.contents(path) else {
            reader.note("labels_file", "names \(path), which cannot be read")
            return nil
        }
        guard path.hasSuffix(".json") else {
            // By characters: "\r\n" is one of them.
            var lines = String(decoding: data, as: UTF8.self)
                .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            if lines.last?.isEmpty == true { lines.removeLast() }
            return lines.map { String($0) }
        }
        guard let items = try? JSONValue(parsing: data).elements else {
            reader.note("labels_file", "names \(path), which is no JSON list")
            return nil
        }
        let labels = items.compactMap(\.string)
        guard labels.count == items.count else {
            reader.note("labels_file", "names \(path), which holds something else than strings")
            return nil
        }
        return labels
    }

    private static func check(_ labels: [String], _ reader: borrowing ManifestReader) {
        if labels.isEmpty { reader.note("labels", "is empty") }
        if labels.count > maximumCount {
            reader.note("labels", "has \(labels.count) labels, more than \(maximumCount)")
        }
        var seen: Set<String> = []
        for label in labels where !seen.insert(label).inserted {
            reader.note("labels", "has \"\(label)\" twice")
        }
        if labels.contains(where: \.isEmpty) { reader.note("labels", "has an empty label") }
    }
}
