import Foundation
import TestSupport
import Testing

@testable import Transport

@Suite struct RedisConfigurationTests {
    @Test func whole() throws {
        let configuration = try RedisConfiguration(url: "redis://worker:se%3Acret@[::1]:6380/3")
        #expect(configuration.place == .host(HostPort(host: "::1", port: 6380)) && configuration.database == 3)
        #expect(configuration.login == RedisConfiguration.Login(user: "worker", password: "se:cret"))
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] { #expect(!text.contains("cret")) }
    }

    @Test func defaults() throws {
        let configuration = try RedisConfiguration(url: "redis://cache")
        #expect(configuration.place == .host(HostPort(host: "cache", port: 6379)))
        #expect(configuration.database == 0 && configuration.login == nil && !configuration.isEncrypted)
    }

    @Test(arguments: [
        "", "cache:6379", "redis://", "redis://h:0", "redis://h:70000", "redis://h/x", "redis://h/-1",
        "http://h", "unix://", "unix:///", "unix://host/path", "unix:///path?x=1",
        "unix:///\(String(repeating: "p", count: 106))",
        "redis+sentinel://h", "redis+sentinel://h/", "redis+sentinel://h/service/x",
        "redis+sentinel://h/s?sentinel_username=u",
        "redis+sentinel:///service", "sentinel://h/service", "redis://h?sentinel_password=p", "redis://a,b",
        "redis://h/1/2", "redis://h?db=x", "redis://h?db=", "redis://h/1?db=2",
        "redis://h?db=1&db=1",
        "redis://h?password=p", "redis://h?username=u", "redis://h?timeout=5", "redis://h?db",
        "redis://user@h",
        "redis://user:@h", "redis://h#x", "redis://h /", "redis://h:/", "redis://h/99999999999999999999",
        "redis://h/%31x",
    ])
    func refused(url: String) {
        #expect(throws: TransportError.self) { try RedisConfiguration(url: url) }
    }

    @Test("User and password are those that the file of the URL holds at the login")
    func renewed() throws {
        let file = try PackagePaths.scratch("redis-url").appending(path: "url")
        defer { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
        var configuration = try RedisConfiguration(url: "redis://:old@here/1")
        configuration.urlFile = SecretFile(path: file.path)
        #expect(configuration.renewed() == configuration, "no such file")
        try Data("redis://new:n%40w@elsewhere/2\n".utf8).write(to: file)
        let renewed = configuration.renewed()
        #expect(renewed.login == RedisConfiguration.Login(user: "new", password: "n@w") && renewed.database == 1)
        #expect(renewed.place == configuration.place)
        try Data("half a URL".utf8).write(to: file)
        #expect(configuration.renewed() == configuration)
    }

    @Test("A socket of this machine")
    func socket() throws {
        let configuration = try RedisConfiguration(url: "unix://worker:SECRET@/run/redis/a%20b.sock?db=2")
        #expect(configuration.place == .socket("/run/redis/a b.sock") && configuration.database == 2)
        #expect(configuration.login == RedisConfiguration.Login(user: "worker", password: "SECRET"))
        #expect("\(configuration)" == "unix://worker:***@/run/redis/a b.sock?db=2")
    }

    @Test("Sentinels, with a login of their own")
    func sentinels() throws {
        let url = "redis+sentinel://:SECRET@one,two:7000/images/2?sentinel_username=s&sentinel_password=SECRET2"
        let configuration = try RedisConfiguration(url: url)
        let hosts = [HostPort(host: "one", port: 26379), HostPort(host: "two", port: 7000)]
        #expect(configuration.place == .sentinels(hosts, service: "images") && configuration.database == 2)
        #expect(configuration.login == RedisConfiguration.Login(user: nil, password: "SECRET"))
        #expect(configuration.sentinelLogin == RedisConfiguration.Login(user: "s", password: "SECRET2"))
        #expect("\(configuration)" == "redis+sentinel://:***@one:26379,two:7000/images/2")
    }

    @Test("A database can be a parameter")
    func parameter() throws {
        #expect(try RedisConfiguration(url: "redis://h?db=3").database == 3)
        #expect(try RedisConfiguration(url: "redis://h/?db=3").database == 3)
        #expect(try RedisConfiguration(url: "redis://h/3?db=3").database == 3)
    }

    @Test(
        "What cannot be used is refused, and no part of it is shown",
        arguments: [
            "redis://:SECRET@x@SECHOST/", "redis://:SEC/RET@SECHOST/", "redis://:SECRET?PW@SECHOST/",
            "redis://:SECRET#PW@SECHOST",
            "redis://:SECRET@SECHOST:x/", "redis://:SECRET@SECHOST/SEC", "redis://:SECRET@SECHOST?SECRET=1",
            "redis://:SEC%@SECHOST/", "redis://:SEC%00@SECHOST/", "redis://:SECRET@SECHO\u{1b}[2JST/", "SECRET@SECHOST",
            "secret:SEC@SECHOST", "SEC://RET", "redis://user:SECRET/0", "rediss://:SECRET@SECHOST/SEC",
            "redis+sentinel://:SECRET@h/SEC/SEC", "unix://:SECRET@SECHOST/path",
        ]
    )
    func refusedUnseen(url: String) {
        let error = #expect(throws: TransportError.self) { try RedisConfiguration(url: url) }
        #expect(error.map { "\($0)".uppercased().contains("SEC") } == false)
    }
}
