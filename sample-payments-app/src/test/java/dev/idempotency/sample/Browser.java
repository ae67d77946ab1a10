package dev.idempotency.sample;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;
import org.springframework.util.FileSystemUtils;

/**
 * The Chromium of this machine, without a window and with an empty profile.
 */
final class Browser implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final Duration INTERVAL = Duration.ofMillis(40);

	private static final int SMALLEST_DESKTOP = 600;

	/** Warns of each Chromium that is newer than Selenium. */
	private static final Logger LOGGER = Logger.getLogger("org.openqa.selenium");

	private final Path profile;

	private final ChromeDriver driver;

	Browser() throws IOException {
		LOGGER.setLevel(Level.SEVERE);
		this.profile = Files.createTempDirectory("browser");
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		ChromeOptions options = new ChromeOptions();
		options.setBinary(chromium().orElseThrow().toFile());
		options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
		options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync",
				"--disable-dev-shm-usage", "--lang=en-US", "--hide-scrollbars", "--user-data-dir=" + this.profile);
		// With both paths given, Selenium looks for nothing and downloads nothing
		this.driver = new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(chromedriver().orElseThrow().toFile())
					.usingAnyFreePort()
					.build(),
				options);
	}

	static boolean isInstalled() {
		return chromium().isPresent() && chromedriver().isPresent();
	}

	private static Optional<Path> chromium() {
		return Stream.of("chromium", "chromium-browser", "google-chrome")
			.flatMap((name) -> find(name).stream())
			.findFirst();
	}

	private static Optional<Path> chromedriver() {
		return find("chromedriver");
	}

	private static Optional<Path> find(String program) {
		return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
			.map((directory) -> Path.of(directory, program))
			.filter(Files::isExecutable)
			.findFirst();
	}

	void open(String address) {
		this.driver.get(address);
	}

	void resize(int width, int height, int scale) {
		devTools("Emulation.setDeviceMetricsOverride", Map.of("width", width, "height", height, "deviceScaleFactor",
				scale, "mobile", width < SMALLEST_DESKTOP));
	}

	/**
	 * Has the page believe what its user prefers.
	 * @param colorScheme {@code light} or {@code dark}
	 * @param reducedMotion {@code reduce} or {@code no-preference}
	 */
	void prefer(String colorScheme, String reducedMotion) {
		devTools("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", colorScheme),
						Map.of("name", "prefers-reduced-motion", "value", reducedMotion))));
	}

	WebElement element(String id) {
		return this.driver.findElement(By.id(id));
	}

	WebElement focused() {
		return this.driver.switchTo().activeElement();
	}

	String text(String id) {
		return element(id).getText();
	}

	/**
	 * Runs a script in the page.
	 * @param <T> the type of its result: numbers, strings, lists and maps
	 * @param script the body of a function
	 * @param arguments what the function gets
	 * @return what the function returns
	 */
	@SuppressWarnings({ "unchecked", "TypeParameterUnusedInFormals" })
	<T> T run(String script, Object... arguments) {
		return (T) this.driver.executeScript(script, arguments);
	}

	void await(Supplier<Boolean> condition) {
		new WebDriverWait(this.driver, PATIENCE, INTERVAL).until((driver) -> condition.get());
	}

	/**
	 * Returns what the page and the browser wrote to the console since the last call.
	 * @return the messages, of all levels
	 */
	List<String> console() {
		return this.driver.manage().logs().get(LogType.BROWSER).getAll().stream().map(LogEntry::getMessage).toList();
	}

	byte[] screenshot() {
		Map<String, Object> image = devTools("Page.captureScreenshot", Map.of("format", "png"));
		return Base64.getDecoder().decode((String) image.get("data"));
	}

	private Map<String, Object> devTools(String command, Map<String, Object> parameters) {
		return this.driver.executeCdpCommand(command, parameters);
	}

	@Override
	public void close() throws IOException {
		this.driver.quit();
		FileSystemUtils.deleteRecursively(this.profile);
	}

}
