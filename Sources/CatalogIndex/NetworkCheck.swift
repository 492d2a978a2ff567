import LinuxSystem
import SQLiteDatabase

/// Tells whether a folder is on a file system that cannot hold an index; tests give their own.
package struct NetworkCheck: Sendable {
  package let isNetwork: @Sendable (_ folder: String) -> Bool

  package init(_ isNetwork: @escaping @Sendable (_ folder: String) -> Bool) { self.isNetwork = isNetwork }

  /// Asks the kernel.
  package static let system = NetworkCheck { FileSystemType.isNetwork($0) }
}
