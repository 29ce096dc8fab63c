import TestSupport
import Testing
import WorkerTestSupport

@testable import Settings

@Suite("Secrets")
struct SecretTests {
    private let fixture: ScratchFolder
    private let token = "t0ps3cret"

    init() throws {
        fixture = try ScratchFolder()
    }

    @Test("nothing that prints settings shows one")
    func redaction() throws {
        let resolved = try fixture.resolve(environment: ["AMI_ANTENNA_API_AUTH_TOKEN": token])
        #expect(resolved.settings.antenna.token?.reveal() == token)
        var dumped = ""
        dump(resolved.settings, to: &dumped)
        let shown = [dumped, "\(resolved.settings)", String(reflecting: resolved.settings), "\(resolved.effective)"]
        for text in shown {
            #expect(!text.contains(token))
            #expect(text.contains("<redacted>"))
        }
    }

    @Test("a wrong one is not repeated in the mistake")
    func mistakes() throws {
        try fixture.write("AMI_ANTENNA_API_AUTH_TOKEN='\(token)", to: ".env")
        let environment = ["ANTENNA_WORKER_ANTENNA_TOKEN": "\(token)\nX-Evil: 1"]
        let resolved = try fixture.resolve(environment: environment)
        #expect(resolved.mistakes.count == 2)
        #expect(!"\(resolved.mistakes)".contains(token))
    }

    @Test("a file can hold it, named by any origin")
    func files() throws {
        try fixture.write("\(token)\n", to: "token")
        let variables = ["AMI_ANTENNA_API_AUTH_TOKEN_FILE", "ANTENNA_WORKER_ANTENNA_TOKEN_FILE"]
        for variable in variables {
            let resolved = try fixture.resolve(environment: [variable: "token"])
            #expect(resolved.mistakes.isEmpty)
            #expect(resolved.settings.antenna.token?.reveal() == token)
            #expect(resolved.effective.first { $0.key == "antenna.token" }?.place == variable)
        }
        try fixture.write(#"{"antenna": {"token_file": "token"}}"#, to: "antenna-worker.json")
        #expect(try fixture.resolve().settings.antenna.token?.reveal() == token)
        #expect(!"\(try fixture.resolve().effective)".contains(token))
    }

    @Test("an address where the name of its file belongs is a mistake that does not repeat it")
    func addressForAFile() throws {
        try fixture.write(#"{"amqp": {"url_file": "amqp://u:\#(token)@h"}}"#, to: "antenna-worker.json")
        let variables = ["ANTENNA_WORKER_ANTENNA_TOKEN_FILE": "http://u:\(token)@h"]
        let flags = ["--redis-url-file", "redis://:\(token)@h"]
        let mistakes = try fixture.resolve(flags: flags, environment: variables).mistakes
        #expect(mistakes.count == 3)
        #expect(!"\(mistakes)".contains(token))
    }

    @Test("the stronger origin wins, whether it names the secret or its file")
    func order() throws {
        try fixture.write("from-file", to: "token")
        try fixture.write("AMI_ANTENNA_API_AUTH_TOKEN=from-dotenv", to: ".env")
        let file = try fixture.resolve(environment: ["AMI_ANTENNA_API_AUTH_TOKEN_FILE": "token"])
        #expect(file.settings.antenna.token?.reveal() == "from-file")
        try fixture.write("AMI_ANTENNA_API_AUTH_TOKEN_FILE=token", to: ".env")
        let direct = try fixture.resolve(environment: ["AMI_ANTENNA_API_AUTH_TOKEN": "direct"])
        #expect(direct.settings.antenna.token?.reveal() == "direct")
    }

    @Test("a missing or empty file, and both ways at once, are mistakes")
    func wrongFiles() throws {
        try fixture.write(" \n", to: "empty")
        try fixture.write("good", to: "token")
        let name = "AMI_ANTENNA_API_AUTH_TOKEN"
        for environment in [
            ["\(name)_FILE": "no-such"], ["\(name)_FILE": "empty"], ["\(name)_FILE": "token", name: "direct"],
        ] {
            #expect(try fixture.resolve(environment: environment).mistakes.map(\.place) == ["\(name)_FILE"])
        }
    }

    @Test("the key of Redis is a secret like others, and too short a one is no key")
    func redisKey() throws {
        let key = "sixteen-letters!"
        try fixture.write("\(key)\n", to: "key")
        let resolved = try fixture.resolve(environment: ["ANTENNA_WORKER_REDIS_KEY_FILE": "key"])
        #expect(resolved.mistakes.isEmpty && resolved.settings.redis.key?.reveal() == key)
        #expect(resolved.settings.redis.seal != nil && !"\(resolved.effective)".contains(key))
        let short = try fixture.resolve(environment: ["ANTENNA_WORKER_REDIS_KEY": "fifteen-letters"])
        #expect(short.mistakes.count == 1 && !"\(short.mistakes)".contains("fifteen-letters"))
        #expect(try fixture.resolve().settings.redis.seal == nil)
    }

    @Test(
        "every one can come from a file that a variable names",
        arguments: Catalogue.all.filter(\.isSecret).map(\.key)
    )
    func variables(key: String) throws {
        let setting = try #require(Catalogue.all.first { $0.key == key })
        let value = key == "antenna.token" ? "t0ken" : "\(key.prefix { $0 != "." })://user:pass@host/0"
        try fixture.write("\(value)\n", to: "secret")
        let resolved = try fixture.resolve(environment: [setting.fileVariables[0]: "secret"])
        #expect(resolved.mistakes.isEmpty)
        let effective = try #require(resolved.effective.first { $0.key == key })
        #expect(effective.text == Secret.redacted)
        #expect(effective.origin == .environment)
    }

    @Test("the file that it came from is told, to be read again, and not that of one that was set otherwise")
    func origin() throws {
        try fixture.write(token, to: "token")
        var settings = try fixture.resolve(flags: ["--token-file", "token"]).settings
        #expect(settings.antenna.file(of: \.token) == "token")
        #expect(settings.redis.file(of: \.url) == nil)
        settings.antenna.token = Secret("other")
        #expect(settings.antenna.file(of: \.token) == nil)
        let direct = try fixture.resolve(environment: ["ANTENNA_WORKER_ANTENNA_TOKEN": token]).settings
        #expect(direct.antenna.file(of: \.token) == nil)
    }
}
