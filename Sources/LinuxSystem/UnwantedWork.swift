/// Lets those who wait for another host find out that nobody wants what they wait for.
package enum UnwantedWork {
  /// Whether what this thread does is of no use any more. Who waits for long asks it, at least once a second, and gives
  /// up then.
  @TaskLocal package static var isUnwanted: @Sendable () -> Bool = { false }
}
