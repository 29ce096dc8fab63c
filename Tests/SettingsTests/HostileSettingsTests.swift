import Foundation
import TestSupport
import Testing

@testable import Settings

/// Settings' files may be something else, or damaged.
@Suite("Hostile settings", .timeLimit(.minutes(10)))
struct HostileSettingsTests {
    private static let configs = [
        #"{"antenna": {"base_url": "https://a.example", "batch_size": 24, "token_file": "t"}, "pipelines": ["a", "b"]}"#,
        #"{"images": {"max_bytes": "64MiB", "allow_private": true}, "memory": {"pixel_budget": 1e9}, "log": null}"#,
    ].map { Array($0.utf8) }
    private static let dotEnv = """
        # a comment
        export ANTENNA_WORKER_IMAGES_MAX_BYTES="64MiB"
        AMI_NUM_WORKERS=2 # behind
        ANTENNA_WORKER_PIPELINES='a,b'
        ANTENNA_WORKER_ANTENNA_LEASE="1h\\n"
        """
    private static let words = [
        "null", "true", "{}", "[[", "1e308", "-1e308", "1e999", "9223372036854775808", "-9223372036854775808", "GiB",
        "\\ud800", "\\u0000",
        "top:99999999999999999999", "cuda:99999999999999999999", "\"", "'", "=", "\n", "\\",
    ].map { Array($0.utf8) }

    /// All settings of what a file says.
    private func resolve(_ layer: SettingsLayer) -> [SettingMistake] {
        SettingsResolver(
            layers: [layer],
            readFile: { path throws(ValueError) in throw ValueError("the file \(path) cannot be opened") }
        ).mistakes
    }

    @Test("100,000 configuration files are read or refused, and none ends the process")
    func configFiles() async {
        await aside {
            for (index, input) in FuzzInputs(of: Self.configs, words: Self.words).enumerated() {
                // Tests beside this one wait for the same few threads.
                if index % 100 == 0 { await Task.yield() }
                _ = ConfigFile.layer(parsing: String(decoding: input, as: UTF8.self), name: "file")
            }
        }
    }

    @Test("100,000 .env files are read or refused, and none ends the process")
    func dotEnvFiles() async {
        await aside {
            for (index, input) in FuzzInputs(of: [Array(Self.dotEnv.utf8)], words: Self.words).enumerated() {
                if index % 100 == 0 { await Task.yield() }
                _ = DotEnvFile(parsing: String(decoding: input, as: UTF8.self))
            }
        }
    }

    @Test("100,000 values of settings are taken or refused, and none ends the process")
    func values() async {
        let examples = [
            "24", "5min", "64MiB", "200MP", "true", "cuda:0,cuda:1", "top:10", "a,b", "https://a.example/api/v2",
            "500ms", "1.5GiB",
            "redis://u:p@h:1/0", "amqps://u:p@h:1/v", "rest", "json", "0.5",
        ].map { Array($0.utf8) }
        let settings = Catalogue.all
        await aside {
            for (index, input) in FuzzInputs(of: examples, words: Self.words, longest: 200).enumerated() {
                if index % 100 == 0 { await Task.yield() }
                let setting = settings[index % settings.count]
                let text = String(decoding: input, as: UTF8.self)
                // What is taken is shown, and what is shown is taken.
                if let shown = setting.shown(text), !setting.isSecret {
                    #expect(setting.mistake(in: shown) == nil, "\(setting.key): \(text)")
                }
            }
        }
    }

    @Test("Files of a million mistakes are refused soon, and in few words")
    func manyMistakes() {
        let members = (0..<100_000).map { "\"antena\($0)\": 1" }.joined(separator: ",")
        #expect(ConfigFile.layer(parsing: "{\(members)}", name: "file").mistakes.count <= SettingMistake.most + 1)
        #expect(DotEnvFile(parsing: String(repeating: "x\n", count: 500_000)).mistakes.count <= SettingMistake.most + 1)
        let variables = Dictionary(uniqueKeysWithValues: (0..<100_000).map { ("ANTENNA_WORKER_X\($0)", "1") })
        #expect(SettingsLayer(.environment, variables: variables).mistakes.count <= SettingMistake.most)
    }

    @Test("Names and values as long as a file are refused soon, and not repeated")
    func longTexts() throws {
        let long = String(repeating: "a", count: 1_000_000)
        let misspelt = ConfigFile.layer(parsing: "{\"\(long)\": 1}", name: "file").mistakes
        #expect(misspelt.count == 1 && misspelt[0].description.utf8.count < 1_000)
        let variables = SettingsLayer(.environment, variables: ["ANTENNA_WORKER_\(long)": "1"]).mistakes
        #expect(variables.count == 1 && variables[0].description.utf8.count < 1_000)
        for setting in Catalogue.all {
            var layer = SettingsLayer(.file)
            layer.add(String(repeating: "cpu,", count: 250_000), for: setting.key, place: setting.key)
            #expect(resolve(layer).map(\.description) == ["\(setting.key): is longer than any setting"])
        }
        let nested = ConfigFile.layer(parsing: String(repeating: "[", count: 1_000_000), name: "file").mistakes
        #expect(nested.count == 1)
    }
}
