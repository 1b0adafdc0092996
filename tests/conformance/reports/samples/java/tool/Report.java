import java.io.File;
import java.io.FileOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jacoco.core.analysis.Analyzer;
import org.jacoco.core.analysis.CoverageBuilder;
import org.jacoco.core.data.ExecutionDataStore;
import org.jacoco.core.data.SessionInfoStore;
import org.jacoco.core.instr.Instrumenter;
import org.jacoco.core.runtime.IRuntime;
import org.jacoco.core.runtime.LoggerRuntime;
import org.jacoco.core.runtime.RuntimeData;
import org.jacoco.report.DirectorySourceFileLocator;
import org.jacoco.report.IReportVisitor;
import org.jacoco.report.xml.XMLFormatter;

/** Runs a program instrumented by JaCoCo and writes JaCoCo's XML: CLASSES SOURCES MAIN OUT. */
public final class Report {
    public static void main(String[] arguments) throws Exception {
        Path classes = Path.of(arguments[0]);
        IRuntime runtime = new LoggerRuntime();
        RuntimeData data = new RuntimeData();
        runtime.startup(data);
        Instrumenter instrumenter = new Instrumenter(runtime);
        ClassLoader loader = new ClassLoader() {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                Path file = classes.resolve(name.replace('.', '/') + ".class");
                if (!Files.exists(file) || findLoadedClass(name) != null) {
                    return super.loadClass(name, resolve);
                }
                try {
                    byte[] code = instrumenter.instrument(Files.readAllBytes(file), name);
                    return defineClass(name, code, 0, code.length);
                } catch (java.io.IOException error) {
                    throw new ClassNotFoundException(name, error);
                }
            }
        };
        loader.loadClass(arguments[2]).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        ExecutionDataStore execution = new ExecutionDataStore();
        SessionInfoStore sessions = new SessionInfoStore();
        data.collect(execution, sessions, false);
        runtime.shutdown();
        CoverageBuilder coverage = new CoverageBuilder();
        new Analyzer(execution, coverage).analyzeAll(classes.toFile());
        try (FileOutputStream out = new FileOutputStream(arguments[3])) {
            IReportVisitor visitor = new XMLFormatter().createVisitor(out);
            visitor.visitInfo(sessions.getInfos(), execution.getContents());
            visitor.visitBundle(
                coverage.getBundle("widgets"), new DirectorySourceFileLocator(new File(arguments[1]), "utf-8", 4));
            visitor.visitEnd();
        }
    }
}
