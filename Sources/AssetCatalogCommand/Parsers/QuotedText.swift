/// A text in quotes, safe for a terminal, and cut where it is long.
func quoted(_ text: String) -> String {
  "'\(DisplayWidth.shortened(HazardousText.visible(text), to: 80))'"
}
