import Testing

/// Whoever searches a log of many workers searches by keys and by sentences: both have to be the same everywhere.
@Suite("The style of the log")
struct LogStyleTests {
    @Test("every key of a message's metadata is one of LogKey, and every sentence is static")
    func sources() throws {
        var files = 0
        for (path, text) in try PackageSources.swift() {
            files += 1
            for fault in LogStyle.faults(in: text) { Issue.record("\(path): \(fault)") }
        }
        #expect(files > 300)
    }

    @Test(
        "a key that is spelt out is found, however it is written",
        arguments: [
            #"logger.info("Done", metadata: ["bytes": "\(bytes)"])"#,
            "logger.info(\n    \"Done\",\n    metadata: [\n        LogKey.queue: \"\\(queue)\", \"bytes\": \"\\(bytes)\",\n    ]\n)",
            #"var metadata: Logger.Metadata = ["outcome": "done"]"#,
            #"metadata["per_second"] = "\(rate)""#,
            #"metadata["stage.\(name)"] = .string(text)"#,
            #"warnings.note("Too large", ["bytes": "\(bytes)"])"#,
        ]
    )
    func planted(line: String) {
        #expect(LogStyle.faults(in: "import Logging\n" + line).count == 1)
    }

    @Test(
        "a sentence that holds data or begins small is found",
        arguments: [
            #"logger.warning("Lost \(queue)")"#, #"logger?.info("lost it")"#,
            "logger.log(\n    level: .debug,\n    \"Lost \\(queue)\",\n    metadata: metadata\n)",
            #"warnings.note("lost it", of: kind, [LogKey.bytes: "\(bytes)"])"#,
        ]
    )
    func planted(sentence: String) {
        #expect(LogStyle.faults(in: "import Logging\n" + sentence).count == 1)
    }

    @Test(
        "what is as it should be, or no message at all, is none",
        arguments: [
            #"logger.info("Done", metadata: [LogKey.bytes: "\(bytes)"])"#,
            #"metadata[LogKey.stage(name)] = "\(rate)""#,
            #"/// Such as `metadata: ["bytes": "\(bytes)"]`."#,
            #".queue(name: name, arguments: ["x-queue-type": "quorum"])"#,
        ]
    )
    func sound(line: String) {
        #expect(LogStyle.faults(in: "import Logging\n" + line).isEmpty)
    }
}

/// What is wrong with a source's messages, as far as its text tells.
private enum LogStyle {
    static func faults(in source: String) -> [String] {
        guard source.contains("import Logging") else { return [] }
        let code = source.replacing(/(?m)^\s*\/\/.*$/, with: "")
        return spelt(in: code).map { "the key \($0) is spelt out" }
            + sentences(in: code).compactMap { sentence in
                if sentence.contains("\\(") { return "a sentence holds data: \(sentence)" }
                return sentence.first?.isLowercase == true ? "a sentence begins small: \(sentence)" : nil
            }
    }

    /// Keys of metadata that are literals.
    private static func spelt(in code: String) -> Set<Substring> {
        // A value that is interpolated is metadata wherever it stands; one that is not, only where that is written.
        Set(code.matches(of: /"([^"\n]*)":\s*"\\\(/).map(\.output.1))
            .union(code.matches(of: /[mM]etadata(?:: |(?:: Logger\.Metadata)? = )\[\s*"([^"\n]*)":/).map(\.output.1))
            .union(code.matches(of: /[mM]etadata\["([^"\n]*)"/).map(\.output.1))
    }

    /// The beginnings of all messages.
    private static func sentences(in code: String) -> [Substring] {
        let calls =
            /(?:ogger\??\.(?:trace|debug|info|notice|warning|error|critical|log)|arnings\.note)\(\s*(?:level:[^,]*,\s*)?(?:[^",()]*\?\s*)?"(?:""\s*)?([^"\n]+)/
        return code.matches(of: calls).map(\.output.1)
    }
}
