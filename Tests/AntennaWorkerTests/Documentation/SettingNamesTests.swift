import Testing

@testable import AntennaWorker

/// Files outside Sources name settings too, and no compiler looks at them.
@Suite("Names of settings in files")
struct SettingNamesTests {
    private static let known: Set<String> = {
        var names: Set = [Catalogue.configFileVariable]
        for setting in Catalogue.all {
            names.formUnion(setting.variables)
            if setting.isSecret { names.formUnion(setting.variables.map { "\($0)_FILE" }) }
        }
        return names
    }()

    @Test("every variable in compose files, scripts and documentation sets something")
    func variables() throws {
        let files = try PackageFiles.texts(at: "compose", "deploy", "docs", "scripts", "README.md", "CONTRIBUTING.md")
        #expect(files.keys.contains("compose/docker-compose.yml"))
        for (file, text) in files {
            for match in text.matches(of: /ANTENNA_WORKER_[A-Z0-9_]*[A-Z0-9]/) {
                let name = String(match.output)
                #expect(Self.known.contains(name), "\(file) names \(name), which sets nothing")
            }
        }
    }

    @Test(
        "every secret can come from a file that a variable names",
        arguments: Catalogue.all.filter(\.isSecret).map(\.key)
    )
    func secretFiles(key: String) throws {
        let fixture = try SettingsFixture()
        let value = key == Catalogue.antennaToken.key ? "t0ken" : "\(key.prefix { $0 != "." })://user:pass@host/0"
        try fixture.write("\(value)\n", to: "secret")
        let resolved = try fixture.resolve(environment: ["\(Catalogue.variable(for: key))_FILE": "secret"])
        #expect(resolved.mistakes.isEmpty)
        let effective = try #require(resolved.effective.first { $0.key == key })
        #expect(effective.text == Secret.redacted)
        #expect(effective.origin == .environment)
    }
}
