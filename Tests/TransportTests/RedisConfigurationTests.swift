import Testing

@testable import Transport

@Suite struct RedisConfigurationTests {
    @Test func whole() throws {
        let configuration = try RedisConfiguration(url: "redis://worker:se%3Acret@[::1]:6380/3")
        #expect(configuration.host == "::1" && configuration.port == 6380 && configuration.database == 3)
        #expect(configuration.user == "worker" && configuration.password == "se:cret")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] { #expect(!text.contains("cret")) }
    }

    @Test func defaults() throws {
        let configuration = try RedisConfiguration(url: "redis://cache")
        #expect(configuration.port == 6379 && configuration.database == 0 && configuration.password == nil)
    }

    @Test(arguments: [
        "", "cache:6379", "redis://", "redis://h:0", "redis://h:70000", "redis://h/x", "redis://h/-1", "rediss://h",
        "http://h",
    ])
    func refused(url: String) {
        #expect(throws: TransportError.self) { try RedisConfiguration(url: url) }
    }
}
