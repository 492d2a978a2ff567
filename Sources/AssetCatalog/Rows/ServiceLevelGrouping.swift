/// What assets are taken together by.
package enum ServiceLevelGrouping: String, Sendable, CaseIterable {
  case owner, severity, rule
}
