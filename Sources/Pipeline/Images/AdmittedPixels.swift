package import Concurrency
package import Imaging
package import Logging
import Telemetry

/// Pixels together with the part of the budget that they occupy.
package struct AdmittedPixels: Sendable {
    /// The pixels.
    package let buffer: PixelBuffer
    /// Given back when the last copy of this value goes.
    package let reservation: Budget.Reservation
    /// Their damage, for people, where damaged images are accepted; for pixels out of Redis, only that they are damaged.
    package let damage: String?

    /// Joins pixels with what was reserved for them.
    package init(buffer: PixelBuffer, reservation: Budget.Reservation, damage: String? = nil) {
        self.buffer = buffer
        self.reservation = reservation
        self.damage = damage
    }

    /// Tells of an image that was accepted although it is damaged; the metric counts it.
    package func logDamage(_ task: ImageTask, _ logger: Logger) {
        guard let damage else { return }
        logger.info(
            "Image is damaged; the part that is there is taken",
            metadata: [LogKey.taskID: "\(task.id)", LogKey.reason: "\(damage)"]
        )
    }
}
