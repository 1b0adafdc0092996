package acme;

public final class Main {
    private Main() {
    }

    public static void main(String[] arguments) {
        Shelf shelf = new Shelf().put(1).put(2);
        if (shelf.take() != 2 || !shelf.state().equals("one")) {
            throw new IllegalStateException();
        }
        System.out.println(new Shelf.Label("done"));
    }
}
