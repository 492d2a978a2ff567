import CSQLite
import Synchronization

/// Stops whatever statement a connection is running, from any thread and at any time.
///
/// The statement fails with `isInterrupted`. It does nothing once the connection is closed.
package final class Interrupter: Sendable {
  /// The address of the connection, 0 once it is closed.
  private let address: Mutex<UInt>

  init(_ handle: OpaquePointer) { address = Mutex(UInt(bitPattern: handle)) }

  package func interrupt() {
    address.withLock { address in
      guard let handle = OpaquePointer(bitPattern: address) else { return }
      sqlite3_interrupt(handle)
    }
  }

  func disarm() { address.withLock { $0 = 0 } }
}
