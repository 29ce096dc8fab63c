import ServiceLifecycle

extension Service {
    /// Does something at once and then now and then, until the services shut down.
    func repeatUntilShutdown(every interval: Duration, _ body: @escaping @Sendable () async -> Void) async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await body()
                // Only a shutdown ends it early, and the loop sees that.
                try? await Task.sleep(for: interval)
            }
        }
    }
}
