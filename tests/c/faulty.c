/* A program that does what valgrind must see: "leak" loses memory, "write" writes behind a block. */

#include <stdlib.h>
#include <string.h>

int main(int count, char **arguments)
{
    char *volatile block = (char *)malloc(16);

    if (count == 2 && block != NULL && strcmp(arguments[1], "write") == 0) {
        block[16] = 'x';
        free(block);
    }
    block = NULL;
    return 0;
}
