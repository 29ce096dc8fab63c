import Testing

@testable import Concurrency

@Suite struct UsableProcessorsTests {
    private let status = "Name:\tworker\nCpus_allowed:\tff\nCpus_allowed_list:\t0-7\nMems_allowed_list:\t0\n"

    private func usable(_ files: [String: String]) -> UsableProcessors? {
        UsableProcessors { files[$0] }
    }

    @Test func allThatAffinityAllowsAreCounted() {
        #expect(usable(["/proc/self/status": status]) == UsableProcessors(count: 8, cores: 8))
        let some = "Cpus_allowed_list:\t2-3,8,10-11\n"
        #expect(usable(["/proc/self/status": some]) == UsableProcessors(count: 5, cores: 5))
    }

    @Test func processorsOfOneCoreAreOneCore() {
        var files = ["/proc/self/status": status]
        for cpu in 0..<8 {
            files["/sys/devices/system/cpu/cpu\(cpu)/topology/thread_siblings_list"] = "\(cpu % 4),\(cpu % 4 + 4)\n"
        }
        #expect(usable(files) == UsableProcessors(count: 8, cores: 4))
    }

    @Test(arguments: [("150000 100000", 2), ("50000 100000", 1), ("max 100000", 8), ("9900000 100000", 8), ("x", 8)])
    func aQuotaIsRoundedUp(quota: String, count: Int) {
        let files = [
            "/proc/self/status": status, "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "\(quota)\n",
        ]
        #expect(usable(files) == UsableProcessors(count: count, cores: count))
    }

    @Test func theSmallestQuotaOnTheWayUpCounts() {
        let files = [
            "/proc/self/status": status, "/proc/self/cgroup": "1:name=systemd:/x\n0::/system.slice/worker.service\n",
            "/sys/fs/cgroup/system.slice/worker.service/cpu.max": "400000 100000\n",
            "/sys/fs/cgroup/system.slice/cpu.max": "300000 100000\n",
        ]
        #expect(usable(files) == UsableProcessors(count: 3, cores: 3))
    }

    @Test(arguments: ["", "Cpus_allowed_list:\n", "Cpus_allowed_list:\tx\n", "Cpus_allowed_list:\t3-1\n"])
    func whatSaysNothingIsNothing(status: String) {
        #expect(usable(["/proc/self/status": status]) == nil)
        #expect(usable([:]) == nil)
    }

    @Test func thereIsAlwaysOne() {
        #expect(UsableProcessors(count: 0, cores: 0) == UsableProcessors(count: 1, cores: 1))
        #expect(UsableProcessors.current().count >= UsableProcessors.current().cores)
    }
}
