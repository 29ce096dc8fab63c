import HTTPServing
import Testing

@Suite("The names a server may be asked by")
struct AllowedHostsTests {
    @Test(
        "names of this machine",
        arguments: [
            "localhost", "LOCALHOST:9090", "localhost.", "worker.localhost:1", "127.0.0.1", "127.0.0.1:9090",
            "127.9.8.7",
            "[::1]", "[::1]:9090", "192.0.2.7", "192.0.2.7:80", "moth.example", "Moth.Example.:9090",
        ]
    )
    func allowed(host: String) {
        #expect(AllowedHosts(address: "192.0.2.7", names: ["moth.example"]).allows(host))
    }

    @Test(
        "names that somebody else can point here, and what is no name",
        arguments: [
            "evil.example", "evil.example:9090", "127.0.0.1.evil.example", "127.evil.example", "localhost.evil.example",
            "evillocalhost", "192.0.2.8", "127.0.0.1@evil.example", "user@127.0.0.1", "[::1].evil.example", "[::1", "",
            ":9090",
            "127.0.0.1:9090:evil", "127.0.0.1:x", "127.0.0.256", "moth.example/../evil", "[::2]",
        ]
    )
    func refused(host: String) {
        #expect(!AllowedHosts(address: "192.0.2.7", names: ["moth.example"]).allows(host))
    }

    @Test(
        "a server on every interface is asked by any address, and still by no foreign name",
        arguments: ["0.0.0.0", "::"]
    )
    func everywhere(address: String) {
        let hosts = AllowedHosts(address: address)
        for host in ["10.1.2.3:9090", "[2001:db8::1]:9090", "localhost", "[::1]"] {
            #expect(hosts.allows(host), "\(host)")
        }
        for host in ["evil.example", "10.1.2.3.evil.example", "0x7f.1", "2130706433"] {
            #expect(!hosts.allows(host), "\(host)")
        }
        #expect(!hosts.allows(nil))
    }
}
