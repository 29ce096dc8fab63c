import Pipeline
import Settings
import Telemetry
import Transport

/// Whether an image can be had, under the rules that a worker has for image hosts.
struct ImageCheck {
    private static let patience = Duration.seconds(20)

    private let settings: WorkerSettings

    init(_ settings: WorkerSettings) {
        self.settings = settings
    }

    /// Fetches it once, and keeps nothing.
    func finding(of url: String) async -> CheckReport.Finding {
        let subject = "Image"
        let remedy =
            "See the image's host from this machine; --allow-private-images and --image-proxy say where images may come from."
        do {
            let network = try Network(settings)
            var policy = HTTPPolicy(settings.images, proxy: network.imageProxy)
            policy.totalTimeout = min(policy.totalTimeout, Self.patience)
            let fetcher = ImageFetcher(
                client: try network.makeClient(),
                policy: policy,
                retries: RetryPolicy(maximumAttempts: 1)
            )
            let image = try await fetcher.fetch(url)
            return .good(subject, "\(redactedURL(url)) was fetched, \(image.count) bytes")
        } catch let failure as TaskFailure {
            return .missing(subject, failure.message, remedy: remedy)
        } catch {
            return .missing(subject, "\(error)", remedy: remedy)
        }
    }
}
