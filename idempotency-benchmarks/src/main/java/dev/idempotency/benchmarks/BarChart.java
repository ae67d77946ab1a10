package dev.idempotency.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Ratios as bars beside a line for the whole, as SVG that is readable on light and dark
 * pages.
 */
final class BarChart {

	private static final int ROW = 26;

	private static final int LEFT = 330;

	private static final int WHOLE = 320;

	private static final int WIDTH = LEFT + WHOLE + 150;

	private final String title;

	private final List<Bar> bars = new ArrayList<>();

	BarChart(String title) {
		this.title = title;
	}

	/**
	 * Adds a bar.
	 * @param label what it is of
	 * @param ratio its length, 1 for the whole
	 */
	void add(String label, double ratio) {
		this.bars.add(new Bar(label, ratio));
	}

	/**
	 * Writes the chart.
	 * @param file the file
	 * @throws IOException if it cannot be written
	 */
	void write(Path file) throws IOException {
		int height = ROW * (this.bars.size() + 2);
		StringBuilder svg = new StringBuilder();
		svg.append("""
				<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s">
				<style>text { font: 14px sans-serif; fill: #24292f } .bar { fill: #2f6fde } .whole { stroke: #8b949e }
				@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .bar { fill: #6ea8fe } }</style>
				<text x="10" y="18" font-weight="bold">%s</text>
				""".formatted(WIDTH, height, this.title, this.title));
		int y = ROW;
		for (Bar bar : this.bars) {
			svg.append(String.format(Locale.ROOT, """
					<text x="10" y="%d">%s</text>
					<rect class="bar" x="%d" y="%d" width="%.0f" height="%d"/>
					<text x="%.0f" y="%d">%.2f</text>
					""", y + 18, bar.label(), LEFT, y + 4, bar.ratio() * WHOLE, ROW - 8, LEFT + bar.ratio() * WHOLE + 6,
					y + 18, bar.ratio()));
			y += ROW;
		}
		svg.append("""
				<line class="whole" x1="%d" x2="%d" y1="%d" y2="%d" stroke-dasharray="4"/>
				</svg>
				""".formatted(LEFT + WHOLE, LEFT + WHOLE, ROW, height - ROW));
		Files.writeString(file, svg);
	}

	/**
	 * One bar.
	 *
	 * @param label what it is of
	 * @param ratio its length
	 */
	private record Bar(String label, double ratio) {
	}

}
