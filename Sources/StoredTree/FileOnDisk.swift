/// What a look at one file found, without reading it.
package enum FileOnDisk: Equatable, Sendable {
  case absent
  case present(Revision)
  /// Nobody looked, or the look failed: only reading can tell.
  case unknown
}
