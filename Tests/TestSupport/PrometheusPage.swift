/// A page in Prometheus' text format, read strictly: what a scraper would only guess at is an error here.
package struct PrometheusPage: Sendable {
    /// One line with a value.
    package struct Sample: Sendable {
        /// The name with the suffix of a histogram's part.
        package let name: String
        /// Labels by name.
        package let labels: [String: String]
        /// The value.
        package let value: Double
    }

    /// What is wrong with a line.
    package struct Malformed: Error, CustomStringConvertible {
        package let description: String
    }

    /// All values, in order.
    package private(set) var samples: [Sample] = []
    /// The type of each family.
    package private(set) var types: [String: String] = [:]

    /// Reads a page.
    ///
    /// - Throws: ``Malformed`` for a line that is not of the format, a family without help or type, in two places, or a series twice.
    package init(_ text: String) throws {
        guard text.isEmpty || text.hasSuffix("\n") else { throw Malformed(description: "the last line does not end") }
        var helped: Set<String> = []
        var seen: Set<String> = []
        var family = ""
        for line in text.split(separator: "\n").map(String.init) {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            if line.hasPrefix("# HELP "), words.count == 4 {
                guard helped.insert(words[2]).inserted else { throw Malformed(description: "help twice: \(line)") }
            } else if line.hasPrefix("# TYPE "), words.count == 4 {
                guard helped.contains(words[2]), types[words[2]] == nil else {
                    throw Malformed(description: "type without help, or twice: \(line)")
                }
                family = words[2]
                types[family] = words[3]
            } else {
                let sample = try Self.sample(line)
                let suffixes = types[family] == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
                guard suffixes.contains(where: { family + $0 == sample.name }) else {
                    throw Malformed(description: "not of the family above: \(line)")
                }
                let series = "\(sample.name) \(sample.labels.sorted { $0.key < $1.key })"
                guard seen.insert(series).inserted else { throw Malformed(description: "twice: \(line)") }
                samples.append(sample)
            }
        }
    }

    /// The samples of a name.
    package func samples(of name: String) -> [Sample] { samples.filter { $0.name == name } }

    /// The value of one series; nil when there is none.
    package func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        samples.first { $0.name == name && $0.labels == labels }?.value
    }

    /// The sum over all series of a name.
    package func sum(_ name: String) -> Double { samples(of: name).reduce(0) { $0 + $1.value } }

    private static func sample(_ line: String) throws -> Sample {
        var rest = line[...]
        let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }
        rest = rest.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            repeat {
                rest = rest.dropFirst()
                let key = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                rest = rest.dropFirst(key.count)
                guard rest.hasPrefix("=\"") else { throw Malformed(description: "a label without a value: \(line)") }
                rest = rest.dropFirst(2)
                labels[String(key)] = try quoted(&rest, line)
            } while rest.first == ","
            guard rest.first == "}" else { throw Malformed(description: "labels without an end: \(line)") }
            rest = rest.dropFirst()
        }
        guard !name.isEmpty, rest.first == " ", let value = number(rest.dropFirst()) else {
            throw Malformed(description: "no value: \(line)")
        }
        return Sample(name: String(name), labels: labels, value: value)
    }

    /// The text up to the closing quote, which is taken, too.
    private static func quoted(_ rest: inout Substring, _ line: String) throws -> String {
        var text = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return text
            case "\\":
                switch rest.popFirst() {
                case "n": text += "\n"
                case "\\": text += "\\"
                case "\"": text += "\""
                default: throw Malformed(description: "an unknown escape: \(line)")
                }
            default: text.append(character)
            }
        }
        throw Malformed(description: "a quote without an end: \(line)")
    }

    private static func number(_ text: Substring) -> Double? {
        switch text {
        case "+Inf": .infinity
        case "-Inf": -.infinity
        default: Double(text)
        }
    }
}
